/** A power cut: what was not synced is gone, or is there as zeros. The real recorder on a file layer that remembers what was synced. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openLog } from '../../gateway/lib/log.ts'
import { readLink } from '../../gateway/media/link.ts'
import { recordingIndex } from '../../gateway/recording/index.ts'
import { recorder } from '../../gateway/recording/recorder.ts'
import { recording } from '../../gateway/recording/recording.ts'
import { scanSegment } from '../../gateway/recording/scan.ts'
import { createSegment, type SegmentFile } from '../../gateway/recording/segment-file.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'
import { always, partsOf } from './camera.ts'
import { encodeVideo, fakeCamera, fps, manualClock, type Video } from './fake-camera.ts'

let video: Video
beforeAll(() => {
  video = encodeVideo()
})
/** As the module does it; the frame that is on its way comes on top. */
const beatMs = 800
const frameMs = 1_000 / fps

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Bytes that survive, by file. */
const synced = new Map<string, number>()
const remembering: typeof createSegment = async (root, path, head) => {
  const file = await createSegment(root, path, head)
  const survive = () => synced.set(join(root, path), file.sizeBytes)
  const wrapped: SegmentFile = {
    path: file.path,
    get sizeBytes() {
      return file.sizeBytes
    },
    append: (bytes) => file.append(bytes),
    async sync() {
      await file.sync()
      survive()
    },
    async close() {
      await file.close()
      survive()
    },
  }
  return wrapped
}

test.each([
  ['what was not synced is gone', 'cut'],
  ['what was not synced reads as zeros', 'zeros'],
  ['a part of it came to the disk', 'half'],
] as const)('%s: at most a second is lost, nothing is damaged, and the chain goes on', async (_name, how) => {
  for (const seconds of [1.3, 4.7, 29.9, 61.1, 95.2]) {
    synced.clear()
    const folder = tempFolder('power')
    const root = join(folder, 'recordings')
    const clock = manualClock()
    const tools = { clock, log: openLog('silent') }
    const store = openStore(join(folder, 'gateway.db'), 'gateway')
    const before = recording(partsOf(store, root, { tools }))
    await before.recover()
    const one = recorder('cam', () => null, {
      disk: () => ({ name: 'main', root, mayWrite: async () => {} }),
      index: recordingIndex(store, () => root),
      tools,
      createSegment: remembering,
      onSegment: () => {},
      onOrphan: () => {},
      onTimeline: () => {},
      onDisk: () => {},
    })
    const camera = fakeCamera(video, clock, one.put)
    camera.connect()
    let sinceBeatMs = 0
    for (let n = 0; n < seconds * fps; n++) {
      camera.send(1)
      sinceBeatMs += frameMs
      if (sinceBeatMs < beatMs) continue
      sinceBeatMs = 0
      await one.sync()
    }
    await one.settled()
    const cutUtcMs = clock.now()
    store.close()
    const written = new Set<string>()
    for (const [file, size] of synced) {
      for (const { sha256 } of scanSegment(readFileSync(file))?.fragments ?? []) written.add(hex(sha256))
      lose(file, size, how)
    }

    clock.pass(60_000)
    const again = openStore(join(folder, 'gateway.db'), 'gateway')
    const after = recording(partsOf(again, root, { tools }))
    await after.recover()
    const files = after.segments('cam', always)
    const end = files.at(-1)?.endUtcMs ?? 0
    expect(cutUtcMs - end).toBeLessThanOrEqual(beatMs + frameMs + 1)
    const kinds = after.spans('cam', always).map((span) => (span.kind === 'gap' ? span.reason : span.kind))
    expect(kinds).toEqual(['recorded', 'gateway-crashed'])
    let link: Uint8Array | undefined
    for (const { path, sizeBytes } of files) {
      const bytes = readFileSync(join(root, path))
      expect(bytes).toHaveLength(sizeBytes)
      for (const { offset, sha256 } of scanSegment(bytes)?.fragments ?? []) {
        if (link) expect(readLink(bytes.subarray(offset))?.before).toEqual(link)
        expect(written).toContain(hex(sha256))
        link = sha256
      }
    }
    expect(Buffer.from(recordingIndex(again, () => root).chainHead('cam'))).toEqual(Buffer.from(link ?? []))
    again.close()
  }
})

/** What a file system may make of bytes that were written and not synced. */
function lose(file: string, size: number, how: 'cut' | 'zeros' | 'half') {
  const bytes = readFileSync(file)
  const handle = openSync(file, 'r+')
  const unsafe = bytes.length - size
  if (how === 'cut') ftruncateSync(handle, size)
  else {
    const from = how === 'zeros' ? size : size + Math.floor(unsafe / 2)
    writeSync(handle, Buffer.alloc(bytes.length - from), 0, bytes.length - from, from)
  }
  closeSync(handle)
}
