import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startRtsp } from './gst-rtsp.ts'

const run = promisify(execFile)
const probe = async (url: string) => {
  const asked = [
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-show_entries',
    'stream=codec_name,has_b_frames',
    '-of',
    'csv=p=0',
  ]
  const { stdout } = await run('ffprobe', [...asked, url], { timeout: 20_000 })
  return stdout.trim()
}

test('the RTSP server of the tests gives each kind of video to those who know the password', async () => {
  await using server = await startRtsp({ kinds: ['h264', 'h264b', 'h265'], user: 'op', password: 'p ss:w0rd' })
  const withLogin = (kind: 'h264' | 'h264b' | 'h265') => server.url(kind).replace('rtsp://', 'rtsp://op:p%20ss%3Aw0rd@')
  expect(await probe(withLogin('h264'))).toMatch(/^h264,0/)
  expect(await probe(withLogin('h264b'))).toMatch(/^h264,[12]/)
  expect(await probe(withLogin('h265'))).toMatch(/^hevc/)
  await expect(probe(server.url('h264'))).rejects.toThrow(/401/)
})
