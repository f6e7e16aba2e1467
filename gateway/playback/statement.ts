import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'
import { gapWords } from './gap-words.ts'

/** More gaps than these are counted, not listed: players cut a comment that is too long. */
const mostListed = 100

export interface ClipFacts extends UtcRange {
  readonly cameraId: string
  readonly cameraName: string
  /** IANA name of the zone's time zone. */
  readonly timeZone: string
  /** The camera's clock minus the gateway's, of each run that knows it; empty when none does. */
  readonly clockOffsetsMs: readonly number[]
  /** What is closed up inside; `reason` null where nothing was expected. */
  readonly gaps: readonly (UtcRange & { readonly reason: GapReason | null })[]
}

/** Title and comment of a clip, in Chinese and English: what a file says when it has left the gateway. Pure. */
export function clipStatement(facts: ClipFacts): { title: string; comment: string; createdUtcMs: UtcMs } {
  const { cameraId, cameraName, timeZone, fromUtcMs, toUtcMs, gaps } = facts
  const at = (utcMs: UtcMs) => zoneTime(utcMs, timeZone)
  const name = cameraName === cameraId ? cameraId : `${cameraName} (${cameraId})`
  const missingMs = gaps.reduce((sum, gap) => sum + gap.toUtcMs - gap.fromUtcMs, 0)
  const listed = gaps.slice(0, mostListed)
  const comment = [
    `摄像头 Camera: ${name}`,
    `时间 Time: ${at(fromUtcMs)} – ${at(toUtcMs)} (${timeZone})`,
    `UTC: ${new Date(fromUtcMs).toISOString()} – ${new Date(toUtcMs).toISOString()}`,
    `摄像头时钟 Camera clock: ${clockWords(facts.clockOffsetsMs)}`,
    gaps.length === 0
      ? '缺失 Missing: 无 none'
      : `缺失 Missing: ${gaps.length} 处，共 ${seconds(missingMs)} 秒，本文件中已接合 / ${gaps.length}, ${seconds(missingMs)} s in all, closed up in this file`,
    ...listed.map((gap) => `  ${at(gap.fromUtcMs)} – ${at(gap.toUtcMs)}: ${reasonWords(gap.reason)}`),
    ...(gaps.length > listed.length
      ? [`  另有 ${gaps.length - listed.length} 处 / and ${gaps.length - listed.length} more`]
      : []),
  ]
  return { title: `${name} ${at(fromUtcMs)} – ${at(toUtcMs)}`, comment: comment.join('\n'), createdUtcMs: fromUtcMs }
}

/** The offset that a regulator must know of: the largest. null when none is known. */
export const worstOffset = (offsetsMs: readonly number[]): number | null =>
  offsetsMs.reduce<number | null>((worst, ms) => (worst === null || Math.abs(ms) > Math.abs(worst) ? ms : worst), null)

const seconds = (ms: number) => (ms / 1_000).toFixed(1)
const signed = (ms: number) => `${ms < 0 ? '-' : '+'}${seconds(Math.abs(ms))}`

function clockWords(offsetsMs: readonly number[]): string {
  if (offsetsMs.length === 0) return '未知 / not known'
  const [least, most] = [signed(Math.min(...offsetsMs)), signed(Math.max(...offsetsMs))]
  return least === most
    ? `与网关相差 ${most} 秒 / camera clock ${most} s against the gateway`
    : `与网关相差 ${least} 至 ${most} 秒 / camera clock ${least} to ${most} s against the gateway`
}

function reasonWords(reason: GapReason | null): string {
  if (reason === null) return '计划外，不要求录像 / not expected to record'
  const [zh, en] = gapWords[reason]
  return `${zh} / ${en} (${reason})`
}

/** e.g. `2026-11-03 10:00:00.000 +08:00`. Pure. */
export function zoneTime(utcMs: UtcMs, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'longOffset',
    hourCycle: 'h23',
  }).formatToParts(utcMs)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  const time = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`
  return `${part('year')}-${part('month')}-${part('day')} ${time} ${offset}`
}
