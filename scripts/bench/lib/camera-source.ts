/**
 * Many cameras from one clip, each on a port of its own, as a process apart: what it costs is the cameras' cost, not the gateway's.
 *
 *   node scripts/bench/lib/camera-source.ts CLIP COUNT USER PASSWORD
 *
 * Says `{"ports":[...]}` when all listen, and ends with SIGTERM.
 */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { playout } from '../../simulate-zone/rtsp/playout.ts'
import { rtspServer } from '../../simulate-zone/rtsp/server.ts'
import { readClip } from '../../simulate-zone/video/mp4-reader.ts'

const [file = '', count = '1', user = '', password = ''] = process.argv.slice(2)
const host = '127.0.0.1'
const clip = readClip(readFileSync(file))
const lengthMs = clip.durationTicks / 90
const cameras = Array.from({ length: Number(count) }, (_, n) => {
  const streams = playout({
    main: clip,
    sub: clip,
    frozenMain: undefined,
    frozenSub: undefined,
    freeze: null,
    ssrc: 0x10_0000 + n * 16,
    nowUtcMs: () => Date.now(),
    // Keyframes of many cameras do not come in the same moment.
    phaseMs: (n / Number(count)) * lengthMs,
  })
  const server = rtspServer(streams, { name: `camera ${n}`, host, user, password, dropEveryMs: null })
  return { streams, server }
})

const ports: number[] = []
for (const { server } of cameras) {
  server.listen(0, host)
  await once(server, 'listening')
  ports.push((server.address() as AddressInfo).port)
}
console.log(JSON.stringify({ ports }))
process.once('SIGTERM', () => process.exit(0))
