import type { CheckResult } from './check-footage.ts'
import { type Problem, problemKinds } from './problem.ts'

/** So many problems are told one by one; `--json` tells all. */
const told = 100

/** The result as a person reads it. */
export function reportOf({ cameras, problems, unfinished, verifiedBytes, seconds }: CheckResult): string {
  const lines = [
    'camera        files      GB  from                 to                   verified  fragments  explained  problems',
  ]
  for (const one of cameras)
    lines.push(
      [
        one.cameraId.padEnd(12),
        String(one.files).padStart(7),
        (one.bytes / 1e9).toFixed(2).padStart(8),
        `  ${moment(one.fromUtcMs)}  ${moment(one.toUtcMs)}`,
        String(one.verified).padStart(10),
        String(one.fragments).padStart(11),
        String(one.explained).padStart(11),
        String(one.problems).padStart(10),
      ].join(''),
    )
  const sum = (of: 'files' | 'verified' | 'fragments' | 'withoutLink' | 'followed' | 'explained') =>
    cameras.reduce((total, one) => total + one[of], 0)
  const speed = seconds > 0 ? verifiedBytes / 1e6 / seconds : 0
  lines.push(
    '',
    `${sum('files')} files of ${cameras.length} cameras are in the index. ${sum('verified')} of them were read and their ${sum('fragments')} fragments compared with their hashes: ` +
      `${(verifiedBytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s, ${speed.toFixed(0)} MB/s.`,
  )
  if (sum('followed') > 0) lines.push(`The chain was followed into ${sum('followed')} files.`)
  if (sum('explained') > 0)
    lines.push(
      `At ${sum('explained')} places it breaks where a row of the index says that footage was removed or lost.`,
    )
  if (sum('withoutLink') > 0)
    lines.push(`${sum('withoutLink')} fragments are older than the chain: they were compared with their hashes alone.`)
  if (unfinished > 0) lines.push(`${unfinished} files are being written now and were left alone.`)
  return [...lines, '', ...problemLines(problems)].join('\n')
}

function problemLines(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return ['Nothing is wrong.']
  const kinds = [...Map.groupBy(problems, ({ kind }) => kind)]
  return [
    `${problems.length} problems:`,
    ...kinds.map(([kind, of]) => `  ${String(of.length).padStart(6)}  ${kind}: ${problemKinds[kind]}`),
    '',
    ...problems.slice(0, told).map(({ kind, disk, path, message }) => {
      const place = path === null ? disk : disk === 'main' ? path : `${disk}:${path}`
      return `${kind}  ${place}: ${message}`
    }),
    ...(problems.length > told ? [`and ${problems.length - told} more; --json tells all`] : []),
  ]
}

const moment = (utcMs: number) => new Date(utcMs).toISOString().slice(0, 19).replace('T', ' ')
