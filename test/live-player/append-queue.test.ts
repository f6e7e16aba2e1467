import { describe, expect, test } from 'vitest'
import { appendQueue, type BufferPort, type QueuedFragment } from '../../dashboard/live/append-queue.ts'

/** A SourceBuffer that finishes a job when the test says so and writes down what it was asked. */
function fakeBuffer() {
  const log: string[] = []
  const listeners = { updateend: [] as (() => void)[], error: [] as (() => void)[] }
  const failures: Error[] = []
  let range: [number, number] | undefined
  let offset = 0
  const buffer = {
    updating: false as boolean,
    buffered: {
      get length() {
        return range ? 1 : 0
      },
      start: () => range?.[0] ?? 0,
      end: () => range?.[1] ?? 0,
    },
    get timestampOffset() {
      return offset
    },
    set timestampOffset(next: number) {
      offset = next
      log.push(`offset ${next}`)
    },
    appendBuffer(bytes: Uint8Array) {
      const failure = failures.shift()
      if (failure) throw failure
      log.push(`append ${[...bytes].join(',')}`)
      buffer.updating = true
    },
    remove(startS: number, endS: number) {
      log.push(`remove ${startS}-${endS}`)
      buffer.updating = true
    },
    changeType: (mime: string) => void log.push(`type ${mime}`),
    addEventListener: (type: 'updateend' | 'error', listener: () => void) => void listeners[type].push(listener),
  } satisfies BufferPort
  return {
    buffer,
    log,
    failures,
    done(next?: [number, number]) {
      range = next ?? range
      buffer.updating = false
      for (const listener of listeners.updateend) listener()
    },
    fail() {
      for (const listener of listeners.error) listener()
    },
  }
}

function setup(playheadS = 0, capBytes?: number) {
  const fake = fakeBuffer()
  const told: string[] = []
  let atMs = 0
  const queue = appendQueue({
    buffer: fake.buffer,
    mime: 'a',
    monotonic: () => atMs,
    playheadS: () => playheadS,
    broken: (fault, cause) => told.push(`${fault} ${cause}`),
    healed: (fault) => told.push(`healed ${fault}`),
    appended: () => told.push('appended'),
    ...(capBytes === undefined ? {} : { capBytes }),
  })
  const placed: number[] = []
  const fragment = (byte: number, ptsS: number, more: Partial<QueuedFragment> = {}): QueuedFragment => ({
    bytes: new Uint8Array([byte]),
    atMs,
    key: false,
    ptsS,
    joins: false,
    placed: (mediaS) => placed.push(mediaS),
    ...more,
  })
  const pass = (ms: number) => {
    atMs += ms
  }
  return { ...fake, queue, told, placed, fragment, pass }
}
const quota = () => Object.assign(new Error('full'), { name: 'QuotaExceededError' })

describe('the append queue', () => {
  test('one job at a time; the first frame goes alone, what waited behind it in one append', () => {
    const { queue, log, done, fragment, told } = setup()
    queue.init('a', new Uint8Array([9]))
    queue.media(fragment(1, 0))
    queue.media(fragment(2, 0.04))
    queue.media(fragment(3, 0.08))
    expect(log).toEqual(['append 9'])
    done()
    expect(log).toEqual(['append 9', 'append 1'])
    done([0, 1])
    expect(told).toEqual(['appended'])
    expect(log).toEqual(['append 9', 'append 1', 'append 2,3'])
  })

  test('the stream’s time is moved to where the buffer ends', () => {
    const { queue, log, done, fragment, placed } = setup()
    queue.media(fragment(1, 5_000, { key: true, joins: true }))
    done([1, 7])
    queue.media(fragment(2, 5_006))
    done([1, 8])
    queue.init('a', new Uint8Array([9]))
    queue.media(fragment(3, 20, { key: true, joins: true }))
    done()
    expect(log).toEqual(['offset -4999', 'append 1', 'append 2', 'append 9', 'offset -12', 'append 3'])
    expect(placed).toEqual([1, 7, 8])
  })

  test('a fragment that moves the time is not merged with those before it; another type is announced', () => {
    const { queue, log, done, fragment } = setup()
    queue.init('b', new Uint8Array([9]))
    queue.media(fragment(1, 1))
    queue.media(fragment(2, 9, { joins: true }))
    done()
    done([0, 1.5])
    expect(log).toEqual(['type b', 'append 9', 'append 1', 'offset -7.5', 'append 2'])
  })

  test('nothing passes an init', () => {
    const { queue, log, done, fragment } = setup()
    queue.media(fragment(1, 0))
    queue.media(fragment(2, 0.04))
    queue.init('a', new Uint8Array([9]))
    queue.media(fragment(3, 0.08))
    for (let jobs = 0; jobs < 4; jobs++) done()
    expect(log).toEqual(['append 1', 'append 2', 'append 9', 'append 3'])
  })

  test('a full buffer: old pictures go, the append is tried once more, then it is told', () => {
    const { queue, log, done, failures, fragment, told } = setup(30)
    failures.push(quota(), quota())
    queue.media(fragment(1, 31))
    expect(log).toEqual(['remove 0-28'])
    expect(told).toEqual(['healed quota'])
    done()
    expect(told).toEqual(['healed quota', 'quota QuotaExceededError: full'])
  })

  test('an append that fits after the removal goes on', () => {
    const { queue, log, done, failures, fragment, told } = setup(30)
    failures.push(quota())
    queue.media(fragment(1, 31))
    done()
    done([0, 31])
    expect(log).toEqual(['remove 0-28', 'append 1'])
    expect(told).toEqual(['healed quota', 'appended'])
  })

  test('a kept group of ten seconds is not too much', () => {
    const { queue, log, done, fragment } = setup()
    queue.media(fragment(1, 0, { key: true }))
    for (const byte of [2, 3, 4]) expect(queue.media(fragment(byte, byte * 3))).toBe(true)
    done([1, 1.5])
    expect(log).toEqual(['append 1', 'append 2,3,4'])
  })

  test('the browser takes nothing for 4 s: the newest keyframe and what follows it stay', () => {
    const { queue, log, done, fragment, pass } = setup()
    queue.media(fragment(1, 0, { key: true }))
    pass(500)
    expect(queue.media(fragment(2, 0.5))).toBe(true)
    pass(2_500)
    expect(queue.media(fragment(3, 3, { key: true }))).toBe(true)
    pass(2_000)
    expect(queue.media(fragment(4, 5))).toBe(true)
    done([1, 1.5])
    expect(log).toEqual(['append 1', 'offset -1.5', 'append 3,4'])
  })

  test('too much waits and no keyframe is among it: all goes, a keyframe is needed', () => {
    const { queue, fragment } = setup(0, 3)
    queue.media(fragment(1, 0))
    for (const byte of [2, 3, 4]) expect(queue.media(fragment(byte, byte / 25))).toBe(true)
    expect(queue.media(fragment(5, 0.2))).toBe(false)
  })

  test('a closed queue leaves the buffer alone', () => {
    const { queue, log, done, fragment, told } = setup()
    queue.media(fragment(1, 0))
    queue.media(fragment(2, 0.04))
    queue.close()
    done([0, 1])
    expect(log).toEqual(['append 1'])
    expect(told).toEqual([])
  })

  test('an error of the buffer is told once', () => {
    const { queue, fail, fragment, told } = setup()
    queue.media(fragment(1, 0))
    fail()
    fail()
    expect(told).toEqual(['decode the browser refused a fragment'])
  })
})
