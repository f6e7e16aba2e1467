/** The reader's child: ended politely, by force when it must be, and never left behind. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'
import { type OddClient, startOddRtsp } from '../support/odd-rtsp.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'

let video: Encoded
beforeAll(() => {
  video = encodeInBand(x264('baseline'))
})
const tools = { clock: systemClock, log: openLog('silent') }
const play = async (client: OddClient) => {
  for (let n = 0; ; n++) {
    const sample = video.samples[n % video.samples.length]
    if (sample) client.picture(sample, n * 9_000)
    if (!(await client.wait(100))) return
  }
}

/** Reads until it is stopped; counts pictures. */
function reader(url: string) {
  const end = new AbortController()
  const seen = { frames: 0 }
  const reading = readStream({ url, user: '', password: '' }, tools, end.signal, ({ frame }) => {
    if (frame) seen.frames++
  })
  const stop = async () => {
    end.abort()
    await reading
  }
  onTestFinished(async () => {
    end.abort()
    await Promise.allSettled([reading])
  })
  return { seen, stop, reading }
}
/** A program of this name stands before the real one. @returns where it writes its pid */
function pretend(script: string): string {
  const folder = tempFolder('pretend')
  const program = join(folder, 'ffmpeg')
  const pidFile = join(folder, 'pid')
  writeFileSync(program, `#!/bin/sh\necho $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}\n${script}\n`)
  chmodSync(program, 0o755)
  const path = process.env.PATH
  process.env.PATH = `${folder}:${path}`
  onTestFinished(() => void (process.env.PATH = path))
  return pidFile
}

test('a reader that is stopped says goodbye, so that the camera has its session back', async () => {
  await using camera = await startOddRtsp({ video, play })
  const { seen, stop } = reader(camera.url)
  await waitFor(() => seen.frames > 5)
  expect(camera.asked).not.toContain('TEARDOWN')
  await stop()
  await waitFor(() => camera.clients.size === 0)
  expect(camera.asked.at(-1)).toBe('TEARDOWN')
})

test('one that gives up by itself says goodbye too', async () => {
  const still = async (client: OddClient) => {
    const [sample] = video.samples
    for (let n = 0; ; n++) {
      if (sample) client.picture(sample, Math.min(n, 20) * 9_000)
      if (!(await client.wait(50))) return
    }
  }
  await using camera = await startOddRtsp({ video, play: still })
  const { reading } = reader(camera.url)
  await expect(reading).rejects.toMatchObject({ code: 'clock-step' })
  await waitFor(() => camera.clients.size === 0)
  expect(camera.asked.at(-1)).toBe('TEARDOWN')
})

test('a child that will not hear SIGTERM is killed', async () => {
  const pidFile = pretend(`trap '' TERM\nexec sleep 600`)
  const { stop } = reader('rtsp://127.0.0.1:1/x')
  await waitFor(() => existsSync(pidFile))
  const pid = Number(readFileSync(pidFile, 'utf8'))
  // It lives until it is told, so what ends it is the reader.
  expect(process.kill(pid, 0)).toBe(true)
  await stop()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a child that talks without an end is understood by its last 40 lines', async () => {
  pretend(`n=0; while [ $n -lt 5000 ]; do echo "line $n 401 Unauthorized" >&2; n=$((n+1)); done
n=0; while [ $n -lt 39 ]; do echo "noise" >&2; n=$((n+1)); done; echo "Connection refused" >&2; exit 1`)
  await expect(reader('rtsp://127.0.0.1:1/x').reading).rejects.toMatchObject({ code: 'camera-unreachable' })
})
