import type { WebSocket } from 'ws'
import type { StreamName } from '../contract/camera.ts'
import { CloseCode, type LiveEvent, LiveRequest } from '../contract/live.ts'
import type { Clock } from '../lib/clock.ts'
import { mimeOf } from '../media/stream.ts'
import type { Channel, ChannelViewer, Packet } from './channel.ts'
import { type CameraNow, type Decision, decide, type Hello, jpegMime, mpeg1Mime } from './choose.ts'
import type { LiveCounts } from './counts.ts'
import type { JpegTier } from './jpeg.ts'
import type { MadeViewer } from './made.ts'
import type { Mpeg1Tier } from './mpeg1.ts'
import { boundedSender } from './sender.ts'

export interface ViewerParts {
  readonly clock: Clock
  readonly counts: LiveCounts
  readonly mpeg1: Mpeg1Tier
  readonly jpeg: JpegTier
  /** `missing`: the camera is no more. `off`: nobody may read it now. */
  readonly now: () => CameraNow | 'missing' | 'privacy' | 'off'
  readonly channel: (stream: StreamName) => Channel
  /**
   * The stream is fetched from now on, until what is returned is called.
   * @param isBridged something is shown meanwhile
   */
  readonly need: (stream: StreamName, isBridged: boolean) => () => void
  /** Leave to bridge with whole video instead of keyframes; to be given back. Undefined when too many do. */
  readonly bridge: () => (() => void) | undefined
  readonly offline: () => Extract<LiveEvent, { type: 'offline' }>
}

type Shown = NonNullable<Decision['shown']>
const privacy: LiveEvent = { type: 'refused', code: 'privacy', detail: 'the live picture of this camera is withheld' }

/** One browser tile: asks for what it can play, gets the best step of the ladder that can be had now, pauses and resumes. */
export function liveViewer(socket: WebSocket, parts: ViewerParts) {
  const { clock, counts, mpeg1, jpeg } = parts
  let hello: Hello | undefined
  let paused = false
  const needed = new Map<StreamName, () => void>()
  let leave = () => {}
  /** What is shown, in one string; undefined while nothing is. */
  let shownAs: string | undefined
  /** The last thing that was said while nothing is shown. */
  let said: string | undefined
  const count = counts.ofSocket()

  const detach = () => {
    leave()
    leave = () => {}
    shownAs = undefined
    sender.stop()
  }
  const needOnly = (streams: readonly StreamName[], isBridged = false) => {
    for (const stream of streams) if (!needed.has(stream)) needed.set(stream, parts.need(stream, isBridged))
    for (const [stream, letGo] of needed) {
      if (streams.includes(stream)) continue
      needed.delete(stream)
      letGo()
    }
  }
  const end = () => {
    hello = undefined
    detach()
    needOnly([])
  }
  const onSlow = () => {
    counts.closedSlow()
    end()
  }
  const sender = boundedSender(socket, { clock, onLeftOut: counts.leftOut, onSlow })

  /** Nothing is shown, and this is why. */
  const say = (event: LiveEvent) => {
    detach()
    const text = JSON.stringify(event)
    if (said !== text) sender.tell(event)
    said = text
  }

  /** Compares what could be shown with what is; called whenever something about the camera or the viewer changed. */
  const reconsider = (): void => {
    if (!hello || paused) return
    const now = parts.now()
    if (now === 'missing') return socket.close(CloseCode.missing, 'there is no such camera')
    if (now === 'privacy' || now === 'off') {
      needOnly([])
      return say(now === 'privacy' ? privacy : parts.offline())
    }
    const decision = decide(hello, now)
    needOnly(decision.needs, decision.isBridge && decision.shown !== null)
    const { shown, above, isHopeless } = decision
    if (shown) return show(decision, shown)
    if (!isHopeless) return say(parts.offline())
    // Final until the next hello.
    const isFull = above.some(({ why }) => why === 'tier-full')
    say(
      isFull
        ? { type: 'refused', code: 'tier-full', detail: 'all transcoders for old browsers are taken' }
        : { type: 'refused', code: 'codec-unsupported', detail: 'the browser plays none of the camera’s streams' },
    )
    hello = undefined
  }

  const show = (decision: Decision, shown: Shown) => {
    const { step, stream } = shown
    const channel = parts.channel(stream)
    const made = step === 'mpeg1' || step === 'jpeg'
    const { why, above, isBridge } = decision
    const as = JSON.stringify([shown, why, above, made ? null : channel.generation])
    if (as === shownAs) return
    detach()
    shownAs = as
    said = undefined
    if (made) return showMade(decision, step, channel)
    // The main stream of a wall of cameras is much more than its tiles need: while a smaller one is fetched, a keyframe of each will do.
    const release = isBridge && stream === 'main' ? parts.bridge() : undefined
    const keyframesOnly = isBridge && stream === 'main' && release === undefined
    const viewer: ChannelViewer = {
      onInit: reconsider,
      onFrame: (packet) => {
        if (!keyframesOnly || packet.afterKey <= channel.neededAfterKey) sender.frame(packet)
      },
    }
    channel.viewers.add(viewer)
    leave = () => {
      channel.viewers.delete(viewer)
      release?.()
    }
    const codec = channel.init?.codec ?? ''
    announce(decision, channel, { generation: channel.generation, codec, mime: mimeOf(codec), keyframesOnly })
    const kept = keyframesOnly ? newestKey(channel) : channel.gop
    sender.start(channel.initPacket, kept, () => channel.bytesPerSecond)
  }

  const showMade = (decision: Decision, step: 'mpeg1' | 'jpeg', channel: Channel) => {
    const viewer: MadeViewer = {
      onPacket(packet) {
        sender.frame(packet)
        // A transcoder may have become free, or a stream may have come back: looked at once a second.
        if (step === 'jpeg') reconsider()
      },
      onEnd() {
        shownAs = undefined
        reconsider()
      },
    }
    const joined = (step === 'mpeg1' ? mpeg1 : jpeg).join(channel, viewer)
    // The gateway stops.
    if (!joined) return say(parts.offline())
    leave = joined.leave
    const [codec, mime] = step === 'mpeg1' ? ['mpeg1', mpeg1Mime] : ['jpeg', jpegMime]
    announce(decision, channel, { generation: joined.generation, codec, mime, keyframesOnly: false })
    const latest = step === 'jpeg' ? jpeg.latest(channel) : undefined
    sender.start(undefined, latest ? [latest] : [], () => undefined)
  }

  const announce = (
    { shown, why, above }: Decision,
    { init }: Channel,
    form: { generation: number; codec: string; mime: string; keyframesOnly: boolean },
  ) => {
    if (!shown || !init) return
    const { widthPx, heightPx } = init
    const tier = shown.step === 'mpeg1' || shown.step === 'jpeg' ? shown.step : 'mse'
    sender.tell({ type: 'stream', stream: shown.stream, tier, widthPx, heightPx, why, above: [...above], ...form })
  }

  const take = (request: LiveRequest) => {
    if (request.type === 'stat') count(request)
    else if (request.type === 'pause') {
      paused = true
      detach()
      needOnly([])
    } else if (request.type === 'resume') {
      if (!paused) return
      paused = false
      said = undefined
      reconsider()
    } else {
      hello = request
      paused = false
      said = undefined
      detach()
      reconsider()
    }
  }

  socket.on('message', (data, isBinary) => {
    const request = !isBinary && Buffer.isBuffer(data) ? parseRequest(data.toString()) : undefined
    if (request) take(request)
    else socket.close(CloseCode.invalid, 'not a live request')
  })
  socket.on('close', end)
  socket.on('error', end)

  return {
    /** A stream came or went, or something about the camera was changed. */
    reconsider,
    /** The camera is no more. */
    close: () => socket.close(CloseCode.missing, 'there is no such camera'),
  }
}
export type LiveViewer = ReturnType<typeof liveViewer>

/** The newest keyframe, and what a decoder needs behind it as far as it is there. */
function newestKey({ key, gop, neededAfterKey }: Channel): readonly Packet[] {
  if (gop.length > 0) return gop.slice(0, 1 + neededAfterKey)
  return key ? [key] : []
}

function parseRequest(text: string): LiveRequest | undefined {
  try {
    return LiveRequest.safeParse(JSON.parse(text)).data
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}
