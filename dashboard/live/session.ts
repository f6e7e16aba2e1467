import type { LiveEvent, LiveRequest } from '../../gateway/contract/live.ts'
import type { StreamName } from '../../gateway/contract/camera.ts'
import { decodeLiveFrame, FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { Gate } from './gate.ts'
import { gatedSocket } from './gated-socket.ts'
import { type PlayerCounts, playerCounts } from './player-counts.ts'
import { type Effect, type Model, newModel, type PlayerEvent, serverUtcMs, stateOf } from './player-model.ts'
import { step } from './player-step.ts'
import type { PlayState } from './play-state.ts'
import type { FailedSteps, OpenPicture, OpenSocket, Page, Picture, PlayerClock, Tier } from './ports.ts'
import { type StreamMeter, streamMeter } from './stream-meter.ts'

export interface PlayerPorts {
  readonly clock: PlayerClock
  /** 0 ... 1 */
  readonly chance: () => number
  readonly openSocket: OpenSocket
  readonly openPicture: OpenPicture
  /** Takes what is seen away. */
  readonly blank: () => void
  readonly page: Page
  readonly gate: Gate
}

export interface SessionOptions {
  readonly url: string
  readonly accept: readonly string[]
  readonly prefer: StreamName | undefined
  /** Device pixels of the tile, now. */
  readonly size: () => { readonly widthPx: number; readonly heightPx: number }
  /** The gateway's clock minus this browser's, or null while nobody knows. */
  readonly serverOffsetMs: () => Millis | null
  readonly failed: FailedSteps
  /** The age that the tiles of a group show, or null. */
  readonly groupAgeMs: () => Millis | null
  readonly isApart: () => boolean
  /** Told when the state changes; a change of the age alone at most four times a second. */
  readonly say: (state: PlayState) => void
}

/** One stream of one camera, from socket to picture. It plays until it is ended. */
export interface Session {
  readonly prefer: StreamName | undefined
  state(): PlayState
  readonly model: Readonly<Model>
  readonly counts: PlayerCounts
  readonly meter: StreamMeter
  leftOut(): number
  picture(): Picture | undefined
  /** The age its picture would have if it need not wait for others. */
  ownAgeMs(): Millis | null
  end(): void
  readonly ended: Promise<void>
}

const tickMs: Millis = 250
const statMs: Millis = 10_000
const largestPx = 16_384
/** Smaller changes of the age are not told. */
const agePartMs: Millis = 50

/** The decisions are in `player-step.ts`; this carries them out. */
export function startSession(ports: PlayerPorts, options: SessionOptions, signal: AbortSignal): Session {
  const { clock, page } = ports
  const stop = new AbortController()
  const living = AbortSignal.any([signal, stop.signal])
  const model = newModel(page.sight(), clock.monotonic(), options.failed)
  const counts = playerCounts(() => clock.monotonic())
  const meter = streamMeter()
  let picture: Picture | undefined
  let pictureTier: Tier | undefined
  let stream: Extract<LiveEvent, { type: 'stream' }> | undefined
  let init: Uint8Array | undefined
  let leftOut = 0
  let statAtMs = clock.monotonic()
  let said = ''
  let saidAgeMs: Millis | null = null

  const moment = () => ({
    atMs: clock.monotonic(),
    utcMs: clock.now(),
    chance: ports.chance(),
    serverOffsetMs: options.serverOffsetMs(),
  })
  const state = () => stateOf(model, moment(), options.isApart())
  const handle = (event: PlayerEvent) => {
    if (living.aborted) return
    const todo = step(model, event, moment())
    for (const effect of todo) effects[effect]()
    // Frames come often and change nothing that is said.
    if (event.kind === 'bytes' && todo.length === 0) return
    const now = state()
    const key = stateKey(now)
    const ageMs = event.kind === 'tick' && 'ageMs' in now ? now.ageMs : saidAgeMs
    if (key === said && Math.abs((ageMs ?? 0) - (saidAgeMs ?? 0)) < agePartMs) return
    said = key
    saidAgeMs = 'ageMs' in now ? now.ageMs : null
    options.say(now)
  }
  const send = (request: LiveRequest) => socket.send(JSON.stringify(request))
  const sendStat = () => {
    counts.keep(model)
    const now = state()
    statAtMs = clock.monotonic()
    if (model.link === 'open') send(counts.stat('ageMs' in now ? now.ageMs : null))
  }
  const closePicture = () => {
    picture?.close()
    picture = undefined
  }

  const ensurePicture = (tier: Tier): Picture => {
    if (picture && pictureTier !== tier) closePicture()
    if (picture) return picture
    pictureTier = tier
    counts.pictureOpened()
    const own = ports.openPicture(tier, {
      presented(captureUnixMicros, frames) {
        if (picture !== own) return
        counts.presented(frames)
        handle({ kind: 'presented', captureUnixMicros })
      },
      broken(fault, cause) {
        if (picture !== own) return
        counts.failed(fault)
        console.warn(`live picture is built anew: ${cause}`)
        handle({ kind: 'broken', fault })
      },
      healed: (fault) => counts.failed(fault),
    })
    picture = own
    return own
  }

  const socket = gatedSocket(
    ports.openSocket,
    ports.gate,
    options.url,
    {
      entered: () => handle({ kind: 'entered' }),
      opened() {
        counts.socketOpened()
        handle({ kind: 'opened' })
      },
      text: (text) => heard(text),
      bytes: (bytes) => received(bytes),
      closed(code) {
        // The server's own codes have a reason of their own: the network did nothing wrong.
        if (code < 4_000) counts.failed('network')
        handle({ kind: 'closed', code })
      },
    },
    living,
  )

  const effects: Record<Effect, () => void> = {
    connect() {
      stream = undefined
      socket.connect()
    },
    hello() {
      const asked = options.size()
      const px = (value: number) => Math.min(largestPx, Math.max(1, Math.round(value)))
      const failed = options.failed.list(clock.monotonic())
      model.saidFailed = failed
      const { prefer } = options
      send({
        type: 'hello',
        version: 1,
        accept: [...options.accept],
        widthPx: px(asked.widthPx),
        heightPx: px(asked.heightPx),
        ...(prefer ? { prefer } : {}),
        ...(failed.length > 0 ? { failed } : {}),
      })
    },
    pause() {
      sendStat()
      send({ type: 'pause' })
    },
    resume: () => send({ type: 'resume' }),
    disconnect() {
      if (model.sight === 'seen') counts.failed('network')
      socket.close()
    },
    fresh() {
      closePicture()
      // The server may go on with the same generation: its init is still good.
      if (stream && (init || stream.tier !== 'mse')) ensurePicture(stream.tier).begin(stream.mime, init)
    },
    nudge: () => picture?.nudge(),
    drop() {
      closePicture()
      stream = undefined
      init = undefined
    },
    blank() {
      closePicture()
      ports.blank()
    },
  }

  const heard = (text: string) => {
    let event: LiveEvent
    try {
      event = JSON.parse(text) as LiveEvent
    } catch {
      counts.failed('network')
      return
    }
    if (event.type === 'stream') {
      stream = event
      init = undefined
      meter.began(clock.monotonic())
      if (event.tier !== 'mse') ensurePicture(event.tier).begin(event.mime, undefined)
    } else if (event.type === 'drop') leftOut += event.frames
    handle({ kind: 'text', event })
  }

  const received = (bytes: ArrayBuffer) => {
    const frame = decodeLiveFrame(bytes)
    if (!frame || !stream || frame.header.generation !== stream.generation) return
    const { header, payload } = frame
    if (header.kind === FrameKind.init) {
      init = payload
      ensurePicture('mse').begin(stream.mime, payload)
    } else {
      const { captureUnixMicros, pts90k, flags } = header
      const key = (flags & FrameFlag.key) !== 0
      const discontinuity = (flags & FrameFlag.discontinuity) !== 0
      const media = { payload, key, discontinuity, ptsS: pts90k / 90_000, captureUnixMicros }
      meter.arrived(clock.monotonic(), media)
      picture?.media(media)
    }
    handle({ kind: 'bytes', captureUnixMicros: header.captureUnixMicros })
  }

  const ownAgeMs = () => {
    const utcMs = serverUtcMs(model, moment())
    return utcMs === null ? null : (picture?.ownAgeMs(utcMs) ?? null)
  }

  const run = async () => {
    // Whoever started it must know it before it speaks.
    await Promise.resolve()
    page.watch(
      () => {
        handle({ kind: 'sight', sight: page.sight() })
        handle({ kind: 'tick' })
      },
      () => handle({ kind: 'online' }),
      living,
    )
    try {
      do {
        handle({ kind: 'tick' })
        if (model.sight === 'seen' && picture) {
          picture.tick({ serverUtcMs: serverUtcMs(model, moment()), groupAgeMs: options.groupAgeMs() })
          if (picture) counts.read(picture.readings())
        }
        if (clock.monotonic() - statAtMs >= statMs) sendStat()
      } while ((await clock.sleep(tickMs, living)) === 'slept')
    } finally {
      sendStat()
      socket.close()
      closePicture()
    }
  }

  return {
    prefer: options.prefer,
    state,
    model,
    counts,
    meter,
    leftOut: () => leftOut,
    picture: () => picture,
    ownAgeMs,
    end: () => stop.abort(),
    ended: run(),
  }
}

/** Two states with the same key look the same but for their age. */
const stateKey = (state: PlayState): string =>
  JSON.stringify('ageMs' in state ? { ...state, ageMs: state.ageMs === null } : state)
