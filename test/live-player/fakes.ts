import { encodeLiveHeader, type FrameKind } from '../../gateway/domain/live-frame.ts'
import type { LiveEvent, LiveRequest } from '../../gateway/contract/live.ts'
import { handshakeGate } from '../../dashboard/live/gate.ts'
import type { OpenPicture, Page, Pace, PictureEvents, PlayerClock, Sight } from '../../dashboard/live/ports.ts'
import type { PlayerPorts } from '../../dashboard/live/session.ts'

export const startUtcMs = 1_795_000_000_000
export const stream: Extract<LiveEvent, { type: 'stream' }> = {
  type: 'stream',
  generation: 7,
  stream: 'sub',
  tier: 'mse',
  mime: 'video/mp4; codecs="avc1.4D401E"',
  codec: 'avc1.4D401E',
  widthPx: 640,
  heightPx: 360,
  why: 'main-is-h265',
  above: [{ step: 'main', why: 'main-is-h265' }],
  keyframesOnly: false,
}

/** A clock that moves when the test says so. */
export function fakeClock() {
  let nowMs = 0
  let wake: { atMs: number; go: () => void }[] = []
  const clock: PlayerClock = {
    now: () => startUtcMs + nowMs,
    monotonic: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve('aborted')
        wake.push({ atMs: nowMs + ms, go: () => resolve(signal.aborted ? 'aborted' : 'slept') })
        signal.addEventListener('abort', () => resolve('aborted'), { once: true })
      }),
  }
  return {
    clock,
    async pass(ms: number, eachStep: () => void = () => undefined) {
      const endMs = nowMs + ms
      for (;;) {
        wake.sort((a, b) => a.atMs - b.atMs)
        const next = wake[0]
        if (!next || next.atMs > endMs) break
        wake = wake.slice(1)
        nowMs = next.atMs
        eachStep()
        next.go()
        await settled()
      }
      nowMs = endMs
    },
  }
}

/** Lets everything that waits for nothing but its turn run. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

export interface FakeSocket {
  readonly sent: LiveRequest[]
  readonly closed: boolean
  open(): void
  text(event: LiveEvent): void
  frame(kind: FrameKind, generation: number, ptsS: number, flags?: number): void
  bytes(bytes: ArrayBuffer): void
  raw(text: string): void
  end(code: number): void
}
export interface FakePicture {
  readonly events: PictureEvents
  readonly log: string[]
  readonly paces: Pace[]
  ownAgeMs: number | null
  counts: { decoded: number; dropped: number }
}

/** Socket, picture, page and clock in the hands of a test. */
export function fakeWorld() {
  const { clock, pass } = fakeClock()
  const sockets: FakeSocket[] = []
  const pictures: FakePicture[] = []
  const blanked: number[] = []
  let sight: Sight = 'seen'
  const watchers = new Set<{ changed: () => void; online: () => void }>()
  const page: Page = {
    sight: () => sight,
    watch(changed, online, signal) {
      const one = { changed, online }
      watchers.add(one)
      signal.addEventListener('abort', () => watchers.delete(one), { once: true })
    },
  }
  const openPicture: OpenPicture = (tier, events) => {
    const log = [tier as string]
    const picture: FakePicture = { events, log, paces: [], ownAgeMs: null, counts: { decoded: 0, dropped: 0 } }
    pictures.push(picture)
    return {
      begin: (_, init) => void log.push(`begin ${init?.join(',') ?? ''}`),
      media: (frame) => void log.push(`${frame.key ? 'key' : 'frame'} ${frame.ptsS}`),
      tick: (pace) => void picture.paces.push(pace),
      nudge: () => void log.push('nudge'),
      readings: () => ({ ...picture.counts, isJumping: false, lagMs: 150, targetMs: 160 }),
      ownAgeMs: () => picture.ownAgeMs,
      close: () => void log.push('close'),
    }
  }
  const ports: PlayerPorts = {
    clock,
    chance: () => 0.5,
    openSocket(_, events) {
      const sent: LiveRequest[] = []
      let closed = false
      sockets.push({
        sent,
        get closed() {
          return closed
        },
        open: () => events.opened(),
        text: (event) => events.text(JSON.stringify(event)),
        raw: (text) => events.text(text),
        bytes: (bytes) => events.bytes(bytes),
        frame(kind, generation, ptsS, flags = 0) {
          const captureUnixMicros = clock.now() * 1_000
          const stamp = { kind, flags, generation, sequence: 0, captureUnixMicros, pts90k: ptsS * 90_000 }
          events.bytes(new Uint8Array([...encodeLiveHeader(stamp), kind]).buffer)
        },
        end: (code) => events.closed(code),
      })
      return {
        send: (text) => void sent.push(JSON.parse(text) as LiveRequest),
        close() {
          closed = true
        },
      }
    },
    openPicture,
    blank: () => void blanked.push(clock.monotonic()),
    page,
    gate: handshakeGate(),
  }
  return {
    clock,
    pass,
    sockets,
    pictures,
    blanked,
    ports,
    look(now: Sight) {
      sight = now
      for (const { changed } of watchers) changed()
    },
    online() {
      for (const watcher of watchers) watcher.online()
    },
    watchers: () => watchers.size,
  }
}
export type FakeWorld = ReturnType<typeof fakeWorld>

export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was not opened')
  return value
}
