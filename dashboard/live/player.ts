import type { LiveEvent, LiveRequest } from '../../gateway/contract/live.ts'
import type { StreamName } from '../../gateway/contract/camera.ts'
import { decodeLiveFrame, FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { type Effect, newModel, type PlayerEvent, stateOf, step } from './player-model.ts'
import type { PlayState } from './play-state.ts'
import type { OpenPicture, OpenSocket, Page, Picture, PlayerClock, Socket } from './ports.ts'

export interface PlayerPorts {
  readonly clock: PlayerClock
  /** 0 ... 1 */
  readonly chance: () => number
  readonly openSocket: OpenSocket
  readonly openPicture: OpenPicture
  readonly page: Page
}

export interface PlayerOptions {
  readonly url: string
  readonly accept: readonly string[]
  readonly prefer?: StreamName | undefined
  /** Device pixels of the tile, now. */
  readonly size: () => { readonly widthPx: number; readonly heightPx: number }
  /** The gateway's clock minus this browser's, or null while nobody knows. */
  readonly serverOffsetMs: () => Millis | null
  /** Told when the state changes; an age counts as changed from 100 ms on. */
  readonly say: (state: PlayState) => void
}

type Tier = Extract<LiveEvent, { type: 'stream' }>['tier']

const tickMs: Millis = 250
/** A tile that grew or shrank by this much in area for a second asks again which stream fits. */
const resizedBy = 1.6
const resizedForMs: Millis = 1_000

/** Plays one camera until `signal` aborts. The decisions are in `player-model.ts`; this carries them out. */
export async function runPlayer(ports: PlayerPorts, options: PlayerOptions, signal: AbortSignal): Promise<void> {
  const { clock, page } = ports
  const model = newModel(page.visible(), clock.monotonic())
  let socket: Socket | undefined
  let picture: Picture | undefined
  let pictureTier: Tier | undefined
  let stream: Extract<LiveEvent, { type: 'stream' }> | undefined
  let init: Uint8Array | undefined
  let asked = { widthPx: 0, heightPx: 0 }
  let resizedAtMs: Millis | undefined
  let said = ''

  const moment = () => ({ atMs: clock.monotonic(), utcMs: clock.now(), chance: ports.chance() })
  const handle = (event: PlayerEvent) => {
    if (signal.aborted) return
    for (const effect of step(model, event, moment())) effects[effect]()
    const state = stateOf(model, moment(), options.serverOffsetMs())
    const key = stateKey(state)
    if (key !== said) {
      said = key
      options.say(state)
    }
  }
  const send = (request: LiveRequest) => socket?.send(JSON.stringify(request))
  const closeSocket = () => {
    socket?.close()
    socket = undefined
  }
  const closePicture = () => {
    picture?.close()
    picture = undefined
  }

  const ensurePicture = (tier: Tier): Picture => {
    if (picture && pictureTier !== tier) closePicture()
    pictureTier = tier
    if (picture) return picture
    const own = ports.openPicture(tier, {
      presented: (captureUnixMicros) => picture === own && handle({ kind: 'presented', captureUnixMicros }),
      broken: (cause) => {
        if (picture !== own) return
        console.warn(`live picture is built anew: ${cause}`)
        handle({ kind: 'broken' })
      },
    })
    picture = own
    return own
  }

  const effects: Record<Effect, () => void> = {
    connect() {
      closeSocket()
      stream = undefined
      const own = ports.openSocket(options.url, {
        opened: () => socket === own && handle({ kind: 'opened' }),
        text: (text) => socket === own && heard(JSON.parse(text) as LiveEvent),
        bytes: (bytes) => socket === own && received(bytes),
        closed(code) {
          if (socket !== own) return
          socket = undefined
          handle({ kind: 'closed', code })
        },
      })
      socket = own
    },
    hello() {
      asked = options.size()
      const { prefer } = options
      const widthPx = Math.min(16_384, Math.max(1, Math.round(asked.widthPx)))
      const heightPx = Math.min(16_384, Math.max(1, Math.round(asked.heightPx)))
      const accept = [...options.accept]
      send({ type: 'hello', version: 1, accept, widthPx, heightPx, ...(prefer ? { prefer } : {}) })
    },
    pause: () => send({ type: 'pause' }),
    resume: () => send({ type: 'resume' }),
    disconnect: closeSocket,
    fresh() {
      closePicture()
      // The server may go on with the same generation: its init is still good.
      if (stream && (init || stream.tier === 'mpeg1')) ensurePicture(stream.tier).begin(stream.mime, init)
    },
    nudge: () => picture?.nudge(),
  }

  const heard = (event: LiveEvent) => {
    if (event.type === 'stream') {
      stream = event
      init = undefined
      if (event.tier === 'mpeg1') ensurePicture('mpeg1').begin(event.mime, undefined)
    }
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
      picture?.media({ payload, key, discontinuity, ptsS: pts90k / 90_000, captureUnixMicros })
    }
    handle({ kind: 'bytes', captureUnixMicros: header.captureUnixMicros })
  }

  const watchSize = () => {
    const { widthPx, heightPx } = options.size()
    const ratio = (widthPx * heightPx) / Math.max(1, asked.widthPx * asked.heightPx)
    if (widthPx * heightPx === 0 || (ratio < resizedBy && ratio > 1 / resizedBy)) {
      resizedAtMs = undefined
    } else {
      resizedAtMs ??= clock.monotonic()
      if (clock.monotonic() - resizedAtMs >= resizedForMs) handle({ kind: 'sized' })
    }
  }

  page.watch(
    () => {
      handle({ kind: 'visible', visible: page.visible() })
      handle({ kind: 'tick' })
    },
    () => handle({ kind: 'online' }),
    signal,
  )
  try {
    do {
      handle({ kind: 'tick' })
      if (model.visible) picture?.tick()
      if (model.link === 'open' && !options.prefer && model.visible) watchSize()
    } while ((await clock.sleep(tickMs, signal)) === 'slept')
  } finally {
    closeSocket()
    closePicture()
  }
}

/** Two states with the same key look the same. */
function stateKey(state: PlayState): string {
  const coarse = 'ageMs' in state && state.ageMs !== null ? { ...state, ageMs: Math.round(state.ageMs / 100) } : state
  return JSON.stringify(coarse)
}
