import type { WebSocket } from 'ws'
import type { StreamFacts, StreamName } from '../contract/camera.ts'
import { CloseCode, type LiveEvent, LiveRequest } from '../contract/live.ts'
import type { Clock } from '../lib/clock.ts'
import { mimeOf } from '../media/stream.ts'
import type { Channel, ChannelViewer } from './channel.ts'
import { accepts, type Hello, ladder, type Step } from './choose.ts'
import type { Mpeg1Tier } from './mpeg1.ts'
import { boundedSender } from './sender.ts'

export interface Offer {
  readonly main: StreamFacts | null
  readonly sub: StreamFacts | null
}
export interface ViewerParts {
  readonly clock: Clock
  readonly mpeg1: Mpeg1Tier
  /** Undefined when the camera is no more. */
  readonly facts: () => Offer | undefined
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
  let leaveTranscoder: (() => void) | undefined
  let paused = false

  const detach = () => {
    leaveTranscoder?.()
    leaveTranscoder = undefined
    leave()
    leave = () => {}
  }
  const stepDown = () => {
    if (at + 1 >= steps.length) return false
    at++
    attach()
    return true
  }
  /** Final until the next hello. */
  const refuse = (code: 'codec-unsupported' | 'tier-full', detail: string) => {
    detach()
    hello = undefined
    sender.tell({ type: 'refused', code, detail })
  }

  const announce = (channel: Channel, step: Step, codec: string, mime: string) => {
    const { init } = channel
    if (!init) return
    const { widthPx, heightPx } = init
    const { generation, stream } = channel
    sender.tell({
      type: 'stream',
      generation,
      stream,
      tier: step.tier,
      mime,
      codec,
      widthPx,
      heightPx,
      why: step.why,
      above: [],
      keyframesOnly: false,
    })
  }

  /** Init and the last GOP at once: nobody waits for the next keyframe. */
  const begin = (channel: Channel, step: Step) => {
    if (!hello || !channel.init) return
    if (step.tier === 'mpeg1') return beginTranscoded(channel, step)
    const { codec } = channel.init
    if (!accepts(hello, codec)) {
      if (!stepDown()) refuse('codec-unsupported', `the browser plays no ${codec}`)
      return
    }
    announce(channel, step, codec, mimeOf(codec))
    sender.start(channel.initPacket)
    for (const packet of channel.gop) sender.frame(packet)
  }
  const beginTranscoded = (channel: Channel, step: Step) => {
    leaveTranscoder?.()
    leaveTranscoder = parts.mpeg1.join(channel, {
      onPacket: (packet) => sender.frame(packet),
      // Begun again with new parameters, or with the next keyframe: a transcoder that cannot run is not tried faster than that.
      onEnd: () => (leaveTranscoder = undefined),
    })
    if (!leaveTranscoder) return refuse('tier-full', 'all transcoders for old browsers are taken')
    announce(channel, step, 'mpeg1', 'video/mpeg1')
    sender.start()
  }

  const attach = () => {
    detach()
    const step = steps[at]
    if (!step) return refuse('codec-unsupported', 'the browser plays none of the camera’s streams')
    const { channel, leave: letGo } = parts.watch(step.stream)
    const viewer: ChannelViewer = {
      onInit: () => begin(channel, step),
      onFrame: (packet) => {
        if (step.tier === 'mse') sender.frame(packet)
        else if (!leaveTranscoder && packet.key) begin(channel, step)
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
    } else if (request.type === 'hello') {
      const offer = parts.facts()
      if (!offer) return socket.close(CloseCode.missing, 'there is no such camera')
      hello = request
      steps = ladder(request, offer.main, offer.sub)
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
  const end = () => {
    hello = undefined
    detach()
  }
  socket.on('close', end)
  socket.on('error', end)

  return {
    /** A stream was lost. A viewer of the sub stream may go on with the main one. */
    lost(stream: StreamName): void {
      if (!hello || paused || steps[at]?.stream !== stream) return
      if (stream === 'sub' && steps[at + 1]?.stream === 'main' && stepDown()) return
      sender.tell(parts.offline())
    },
    /** The camera is no more. */
    close: () => socket.close(CloseCode.missing, 'there is no such camera'),
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
