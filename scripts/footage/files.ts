import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runOfName } from '../../gateway/recording/segment-file.ts'
import type { IndexReader } from './index-reader.ts'

export interface Disk {
  readonly name: string
  readonly root: string
}
export interface FileFound {
  readonly path: string
  readonly sizeBytes: number
}
export interface Listed {
  /** `<camera>/<day>/<start>-<run>.mp4` */
  readonly segments: readonly FileFound[]
  readonly foreign: readonly FileFound[]
}

const marker = '.zone-gateway'
/** What the gateway itself puts beside the footage. */
const own = /^(\.zone-gateway(\.new|\.probe)?|[^/]+\/previews\/[^/]+\.pack(\.[a-z]+)?)$/
const segment = /^[^/]+\/\d{4}-\d{2}-\d{2}\/([^/]+)$/

/** Every file of a disk. @throws Error when the folder cannot be read */
export function listDisk(root: string): Listed {
  const segments: FileFound[] = []
  const foreign: FileFound[] = []
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (path === 'lost+found' || own.test(path)) continue
      if (entry.isDirectory()) visit(path)
      else {
        const sizeBytes = lstatSync(join(root, path), { throwIfNoEntry: false })?.size
        // Gone between the listing and now: nothing was found.
        if (sizeBytes === undefined) continue
        const name = entry.isFile() ? segment.exec(path)?.[1] : undefined
        const isSegment = name !== undefined && runOfName(name) !== undefined
        ;(isSegment ? segments : foreign).push({ path, sizeBytes })
      }
    }
  }
  visit('')
  return { segments, foreign }
}

/** Why this folder is not the disk that the index knows; undefined when it is. */
export function whyNotOurs({ root }: Disk, index: IndexReader): string | undefined {
  const expected = index.diskIdOf(root)
  let text: string
  try {
    text = readFileSync(join(root, marker), 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
      return `its marker file cannot be read (${cause.code}): is the disk mounted?`
    throw cause
  }
  // A copy of a disk, checked elsewhere, stands under a path that the index has never heard of.
  if (expected === undefined || text.includes(`"${expected}"`)) return undefined
  return 'its marker file names another disk'
}
