import type { Millis } from '../../gateway/domain/units.ts'
import type { PictureFault } from './ports.ts'

/** The part of a SourceBuffer that the queue uses. */
export interface BufferPort {
  readonly updating: boolean
  readonly buffered: { readonly length: number; start(index: number): number; end(index: number): number }
  timestampOffset: number
  appendBuffer(bytes: Uint8Array<ArrayBuffer>): void
  remove(startS: number, endS: number): void
  changeType(mime: string): void
  addEventListener(type: 'updateend' | 'error', listener: () => void): void
}

export interface QueuedFragment {
  readonly bytes: Uint8Array
  /** When it came. */
  readonly atMs: Millis
  readonly key: boolean
  readonly ptsS: number
  /** Move the stream's time so that this fragment begins where the buffer ends. */
  readonly joins: boolean
  /** Told once it is known where on the element's timeline the fragment lies. */
  readonly placed: (mediaS: number) => void
}

type Job =
  | { readonly kind: 'init'; readonly bytes: Uint8Array; readonly mime: string }
  | { readonly kind: 'remove'; readonly endS: number }
  | { readonly kind: 'media'; readonly fragments: readonly QueuedFragment[] }

export interface AppendQueue {
  init(mime: string, bytes: Uint8Array): void
  /** @returns false when the queue overflowed and nothing of it could be kept: a keyframe is needed */
  media(fragment: QueuedFragment): boolean
  removeBefore(endS: number): void
  /** The last fragment time the buffer can play, or undefined when it is empty. */
  endS(): number | undefined
  /** From the stream's own time to the element's, for what was appended last. */
  offsetS(): number
  /** The buffer is about to be taken away: it must not be touched any more. */
  close(): void
}

export interface QueueOptions {
  readonly buffer: BufferPort
  readonly mime: string
  readonly monotonic: () => Millis
  readonly playheadS: () => number
  readonly broken: (fault: PictureFault, cause: string) => void
  readonly healed: (fault: PictureFault) => void
  readonly appended: () => void
  /** Bytes that may wait. */
  readonly capBytes?: number
}

/** A browser that took nothing for this long has lost touch. How much video waits does not matter: a kept group may be ten seconds long. */
const capMs: Millis = 4_000
const capBytesDefault = 12 * 1024 * 1024
/** Where the first frame goes: a little after zero, because with B-frames the first decode time lies before it. */
const firstMediaS = 1
const keepOnQuotaS = 2

/** One job at a time, all waiting fragments in one append, and every error told. */
export function appendQueue(options: QueueOptions): AppendQueue {
  const { buffer } = options
  const capBytes = options.capBytes ?? capBytesDefault
  let jobs: Job[] = []
  let waiting: QueuedFragment[] = []
  let running: Job | undefined
  let mime = options.mime
  let freed = false
  let dead = false
  let hasMedia = false

  const endS = () => (buffer.buffered.length > 0 ? buffer.buffered.end(buffer.buffered.length - 1) : undefined)
  const fail = (fault: PictureFault, cause: string) => {
    if (dead) return
    dead = true
    options.broken(fault, cause)
  }

  const run = (job: Job) => {
    running = job
    if (job.kind === 'init') {
      if (job.mime !== mime) buffer.changeType(job.mime)
      mime = job.mime
      buffer.appendBuffer(copied([job.bytes]))
    } else if (job.kind === 'remove') {
      buffer.remove(0, job.endS)
    } else {
      const first = job.fragments[0]
      if (first?.joins) buffer.timestampOffset = (endS() ?? firstMediaS) - first.ptsS
      buffer.appendBuffer(copied(job.fragments.map((fragment) => fragment.bytes)))
      for (const fragment of job.fragments) fragment.placed(fragment.ptsS + buffer.timestampOffset)
    }
  }

  const next = () => {
    if (dead || running || buffer.updating) return
    const job = jobs.shift() ?? takeWaiting()
    if (!job) return
    try {
      run(job)
    } catch (cause) {
      running = undefined
      if (isQuota(cause) && !freed && options.playheadS() > keepOnQuotaS) {
        freed = true
        options.healed('quota')
        jobs = [{ kind: 'remove', endS: options.playheadS() - keepOnQuotaS }, job, ...jobs]
        next()
      } else {
        const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
        fail(isQuota(cause) ? 'quota' : 'decode', said)
      }
    }
  }

  const takeWaiting = (): Job | undefined => {
    if (waiting.length === 0) return undefined
    // A fragment that moves the time must begin its own append; the very first one goes alone, so that it is seen at once.
    const split = hasMedia ? waiting.findIndex((fragment, index) => index > 0 && fragment.joins) : 1
    hasMedia = true
    const fragments = split < 0 ? waiting : waiting.slice(0, split)
    waiting = split < 0 ? [] : waiting.slice(split)
    return { kind: 'media', fragments }
  }

  buffer.addEventListener('updateend', () => {
    const done = running
    running = undefined
    if (dead) return
    if (done?.kind === 'media') {
      freed = false
      options.appended()
    }
    next()
  })
  buffer.addEventListener('error', () => fail('decode', 'the browser refused a fragment'))

  return {
    endS,
    offsetS: () => buffer.timestampOffset,
    close() {
      dead = true
    },
    init(mime, bytes) {
      // Media of the generation before goes first; nothing may pass an init.
      const before = takeAll()
      jobs.push(...before, { kind: 'init', bytes, mime })
      next()
    },
    media(fragment) {
      waiting.push(fragment)
      if (!isWithin(waiting, capBytes, options.monotonic()))
        waiting = newestGroup(waiting, capBytes, options.monotonic())
      const kept = waiting.length > 0
      next()
      return kept
    },
    removeBefore(endS) {
      const start = buffer.buffered.length > 0 ? buffer.buffered.start(0) : Number.POSITIVE_INFINITY
      if (endS <= start || jobs.some((job) => job.kind === 'remove')) return
      jobs.push({ kind: 'remove', endS })
      next()
    },
  }

  function takeAll(): Job[] {
    const all: Job[] = []
    for (let job = takeWaiting(); job; job = takeWaiting()) all.push(job)
    return all
  }
}

function isWithin(fragments: readonly QueuedFragment[], capBytes: number, atMs: Millis): boolean {
  const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes.byteLength, 0)
  return bytes <= capBytes && atMs - (fragments[0]?.atMs ?? atMs) <= capMs
}

/** What stays after an overflow: the newest keyframe and what follows it, when that fits. */
function newestGroup(fragments: readonly QueuedFragment[], capBytes: number, atMs: Millis): QueuedFragment[] {
  const [key, ...rest] = fragments.slice(fragments.findLastIndex((queued) => queued.key))
  const kept = key?.key ? [{ ...key, joins: true }, ...rest] : []
  return isWithin(kept, capBytes, atMs) ? kept : []
}

const isQuota = (cause: unknown): boolean => cause instanceof Error && cause.name === 'QuotaExceededError'

function copied(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.byteLength
  }
  return joined
}
