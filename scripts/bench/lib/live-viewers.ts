/**
 * Browser tiles without a browser, as a process apart: each opens a live socket, reads everything, and checks the order of what comes.
 *
 *   node scripts/bench/lib/live-viewers.ts ORIGIN COOKIE CAMERAS COUNT
 *
 * Says `{"open":N}` when all of them have had a frame, and with each SIGUSR2 a line of totals since it began. Ends with SIGTERM.
 */
import { WebSocket } from 'ws'
import type { LiveEvent } from '../../../gateway/contract/live.ts'

export interface ViewerTotals {
  /** Counts the lines. */
  readonly asked: number
  readonly open: number
  readonly frames: number
  readonly bytes: number
  /** Numbers that were left out between two frames of a viewer. */
  readonly missing: number
  /** Frames that the gateway said it had left out. */
  readonly toldDrops: number
  readonly closed: number
}

const [origin = '', cookie = '', cameras = '', count = '0'] = process.argv.slice(2)
const ids = cameras.split(',')
const totals = { asked: 0, open: 0, frames: 0, bytes: 0, missing: 0, toldDrops: 0, closed: 0 }
const hello = {
  type: 'hello',
  version: 1,
  accept: ['video/mp4; codecs="avc1.640028"'],
  widthPx: 640,
  heightPx: 360,
}

function view(cameraId: string) {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/api/live/${cameraId}`, {
    headers: { cookie, origin },
    perMessageDeflate: false,
  })
  let generation = 0
  let sequence = 0
  let hadFrame = false
  socket.on('open', () => socket.send(JSON.stringify(hello)))
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return
    if (!isBinary) {
      const event = JSON.parse(data.toString()) as LiveEvent
      if (event.type === 'drop') totals.toldDrops += event.frames
      // The kept GOP begins anywhere after its init.
      if (event.type === 'stream') sequence = 0
      return
    }
    totals.frames++
    totals.bytes += data.length
    const isMedia = data.readUInt8(1) === 2
    const now = data.readUInt32BE(8)
    if (isMedia && sequence > 0 && data.readUInt32BE(4) === generation) totals.missing += now - sequence - 1
    generation = data.readUInt32BE(4)
    if (!isMedia) return
    sequence = now
    if (hadFrame) return
    hadFrame = true
    totals.open++
    if (totals.open === Number(count)) console.log(JSON.stringify({ open: totals.open }))
  })
  socket.on('close', () => totals.closed++)
  socket.on('error', (cause) => console.error(cause.message))
}

// Not all at once: a wall opens its tiles one after the other too.
for (let n = 0; n < Number(count); n++) setTimeout(() => view(ids[n % ids.length] ?? ''), n * 10)
process.on('SIGUSR2', () => {
  totals.asked++
  console.log(JSON.stringify(totals))
})
process.once('SIGTERM', () => process.exit(0))
