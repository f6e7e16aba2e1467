import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import type { StreamFrame } from '../../gateway/media/stream.ts'
import { tempFolder } from '../support/temp.ts'
import { tools } from './camera.ts'

test('time stamps that go back: ffmpeg holds every picture at one moment, so the stream is read anew, with a reason', async () => {
  const folder = tempFolder('time-back')
  const video = join(folder, 'video.mp4')
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=10', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-loglevel', 'error', ...source, '-c:v', 'libx264', '-bf', '0', '-g', '10', video])
  // The real muxer, given packets of which those after 3 s are an hour older; then a camera that stays connected.
  const back = ['-bsf:v', "setts=ts='if(gte(N,30),TS-3600/TB,TS)'"]
  const movie = ['-f', 'mp4', '-movflags', 'frag_every_frame+empty_moov+default_base_moof', 'pipe:1']
  const real = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim()
  const asked = ['-loglevel', 'error', '-i', video, '-c', 'copy', ...back, ...movie].map((arg) => `"${arg}"`).join(' ')
  const program = join(folder, 'ffmpeg')
  writeFileSync(program, `#!/bin/sh\n${real} ${asked}\nexec sleep 60\n`)
  chmodSync(program, 0o755)
  const path = process.env.PATH
  process.env.PATH = `${folder}:${path}`
  onTestFinished(() => void (process.env.PATH = path))

  const frames: StreamFrame[] = []
  const address = { url: 'rtsp://127.0.0.1/x', user: '', password: '' }
  const reading = readStream(address, tools, new AbortController().signal, ({ frame }) => {
    if (frame) frames.push(frame)
  })
  await expect(reading).rejects.toMatchObject({ code: 'clock-step' })
  expect(frames.length).toBeGreaterThanOrEqual(29)
})
