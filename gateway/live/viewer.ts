import type { WebSocket } from 'ws'
import type { StreamFacts, StreamName } from '../contract/camera.ts'
import { CloseCode, type LiveEvent, LiveRequest } from '../contract/live.ts'
import type { Clock } from '../lib/clock.ts'
import { mimeOf } from '../media/stream.ts'
import type { Channel, ChannelViewer } from './channel.ts'
import { accepts, type Hello, ladder, type Step } from './choose.ts'
import type { Mpeg1Tier } from './mpeg1.ts'
import { boundedSender } from './sender.ts'

export interface ViewerParts {
  readonly clock: Clock
  readonly mpeg1: Mpeg1Tier
  readonly facts: () => { main: StreamFacts | null; sub: StreamFacts | null }
  /** The channel, pulled from now on; `leave` lets go of it. */
  readonly watch: (stream: StreamName) => { channel: Channel; leave: () => void }
  readonly offline: () => Extract<LiveEvent, { type: 'offline' }>
}

/** One browser tile: negotiates, climbs down the ladder when a step cannot be had, pauses and resumes. */
export function liveViewer(socket: WebSocket, parts: ViewerParts) {
  const sender = boundedSender(socket, parts.clock)
  let hello: Hello | undefined
  let steps: Step[] = []
  let at = 0
  let leave = () => {}
  let paused = false

  const detach = () => {
    leave()
    leave = () => {}
  }
  const stepDown = () => {
    if (at + 1 >= steps.length) return false
    at++
    attach()
    return true
  }
  const refuse = (code: 'codec-unsupported' | 'tier-full', detail: string) => {
    detach()
    sender.tell({ type: 'refused', code, detail })
  }

  const announce = (channel: Channel, step: Step, codec: string, mime: string) => {
    const { init } = channel
    if (!init) return
    const { widthPx, heightPx } = init
    const { generation, stream } = channel
    sender.tell({ type: 'stream', generation, stream, tier: step.tier, mime, codec, widthPx, heightPx, why: step.why })
  }

  /** Init and the last GOP at once: nobody waits for the next keyframe. */
  const begin = (channel: Channel, step: Step) => {
    if (paused || !channel.init || !channel.initPacket) return
    if (step.tier === 'mse') {
      const { codec } = channel.init
      if (hello && !accepts(hello, codec)) {
        if (!stepDown()) refuse('codec-unsupported', `the browser plays no ${codec}`)
        return
      }
      sender.restart()
      announce(channel, step, codec, mimeOf(codec))
      sender.frame(channel.initPacket)
      for (const packet of channel.gop) sender.frame(packet)
      return
    }
    const part = parts.mpeg1.join(channel, {
      onPacket: (packet) => sender.frame(packet),
      onEnd: () => begin(channel, step),
    })
    if (!part) {
      refuse('tier-full', 'all transcoders for old browsers are taken')
      return
    }
    announce(channel, step, 'mpeg1', 'video/mpeg1')
    const before = leave
    leave = () => {
      part()
      before()
    }
  }

  const attach = () => {
    detach()
    const step = steps[at]
    if (!step) return refuse('codec-unsupported', 'the browser plays none of the camera’s streams')
    const { channel, leave: letGo } = parts.watch(step.stream)
    const viewer: ChannelViewer = {
      onInit: () => begin(channel, step),
      onFrame: (packet) => {
        if (!paused && step.tier === 'mse') sender.frame(packet)
      },
    }
    channel.viewers.add(viewer)
    leave = () => {
      channel.viewers.delete(viewer)
      letGo()
    }
    if (channel.init) begin(channel, step)
    else sender.tell(parts.offline())
  }

  const take = (request: LiveRequest) => {
    if (request.type === 'pause') {
      paused = true
      detach()
    } else if (request.type === 'resume') {
      if (!paused) return
      paused = false
      if (hello) attach()
    } else {
      hello = request
      const { main, sub } = parts.facts()
      steps = ladder(request, main, sub)
      at = 0
      paused = false
      attach()
    }
  }

  socket.on('message', (data, isBinary) => {
    const request = !isBinary && Buffer.isBuffer(data) ? parseRequest(data.toString()) : undefined
    if (request) take(request)
    else socket.close(CloseCode.invalid, 'not a live request')
  })
  socket.on('close', detach)
  socket.on('error', detach)

  return {
    /** A stream was lost. A viewer of the sub stream may go on with the main one. */
    lost(stream: StreamName): void {
      if (!hello || paused || steps[at]?.stream !== stream) return
      if (stream === 'sub' && steps[at + 1]?.stream === 'main' && stepDown()) return
      sender.tell(parts.offline())
    },
  }
}
export type LiveViewer = ReturnType<typeof liveViewer>

function parseRequest(text: string): LiveRequest | undefined {
  try {
    return LiveRequest.safeParse(JSON.parse(text)).data
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}
