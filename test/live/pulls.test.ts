import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { onDemand, oneByOne } from '../../gateway/live/pulls.ts'
import { waitFor } from '../support/wait.ts'

/** A clock whose sleeps are told, and end when the test says so. */
function steppedClock() {
  const sleeps: { ms: number; end: () => void }[] = []
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve('aborted')
        signal?.addEventListener('abort', () => resolve('aborted'), { once: true })
        sleeps.push({ ms, end: () => resolve('slept') })
      }),
  }
  /** Ends the sleeps of this length that are under way. */
  const pass = async (ms: number) => {
    for (const one of sleeps.filter((each) => each.ms === ms)) {
      sleeps.splice(sleeps.indexOf(one), 1)
      one.end()
    }
    for (let n = 0; n < 5; n++) await turn()
  }
  return { clock, sleeps, pass }
}

test('streams are started one after the other, each a while after the start before', async () => {
  const { clock, pass } = steppedClock()
  const nextStart = oneByOne(clock)
  const started: number[] = []
  const never = new AbortController().signal
  const starts = [0, 1, 2].map(async (n) => {
    await nextStart(never)
    started.push(n)
  })
  await turn()
  expect(started).toEqual([0])
  // The time of the start itself does not count.
  await pass(1)
  expect(started).toEqual([0])
  await pass(60)
  expect(started).toEqual([0, 1])
  await pass(1)
  await pass(60)
  await Promise.all(starts)
  expect(started).toEqual([0, 1, 2])
})

describe('a stream on demand', () => {
  function setUp() {
    const { clock, sleeps, pass } = steppedClock()
    const stopping = new AbortController()
    const reads: { signal: AbortSignal; end: () => void; fail: () => void }[] = []
    const work = new Set<Promise<void>>()
    const told = { lost: 0 }
    const stream = onDemand({
      tools: { clock, log: openLog('silent') },
      name: 'stream',
      read: (signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => resolve(), { once: true })
          reads.push({ signal, end: resolve, fail: () => reject(new Failure('away', 'camera-lost', 'gone')) })
        }),
      onLost: () => told.lost++,
      stopping: stopping.signal,
      waitFor: (one) => void work.add(one),
    })
    return { stream, reads, told, sleeps, pass, stopping, end: () => Promise.all(work) }
  }

  test('is read once for all who hold it, and let go ten seconds after the last one', async () => {
    const { stream, reads, pass, sleeps, stopping, end } = setUp()
    const releases = [stream.hold(false), stream.hold(false)]
    await waitFor(() => reads.length === 1)
    releases[0]?.()
    await pass(10_000)
    expect(reads[0]?.signal.aborted).toBe(false)
    releases[1]?.()
    await waitFor(() => sleeps.some(({ ms }) => ms === 10_000))
    expect(reads[0]?.signal.aborted).toBe(false)
    // Somebody looks again in time.
    const again = stream.hold(false)
    await pass(10_000)
    expect([reads.length, reads[0]?.signal.aborted]).toEqual([1, false])
    again()
    const [earlier] = sleeps.filter(({ ms }) => ms === 10_000)
    stream.hold(false)()
    // Ten seconds after the one before, not after the last one.
    earlier?.end()
    for (let n = 0; n < 5; n++) await turn()
    expect(reads[0]?.signal.aborted).toBe(false)
    await pass(10_000)
    expect(reads[0]?.signal.aborted).toBe(true)
    stopping.abort()
    await end()
  })

  test('is started a little later when something is shown meanwhile', async () => {
    const { stream, reads, sleeps, pass, stopping, end } = setUp()
    stream.hold(true)
    await waitFor(() => sleeps.some(({ ms }) => ms === 700))
    expect(reads).toHaveLength(0)
    await pass(700)
    expect(reads).toHaveLength(1)
    stopping.abort()
    await end()
  })

  test('that fails is told, and tried again while somebody holds it', async () => {
    const { stream, reads, told, sleeps, pass, stopping, end } = setUp()
    stream.hold(false)
    await waitFor(() => reads.length === 1)
    expect(stream.hasFailed).toBe(false)
    reads[0]?.fail()
    await waitFor(() => told.lost === 1 && sleeps.length === 1)
    expect(stream.hasFailed).toBe(true)
    await pass(sleeps[0]?.ms ?? 0)
    expect(reads).toHaveLength(2)
    // One that ends by itself is gone as well.
    reads[1]?.end()
    await waitFor(() => told.lost === 2)
    stopping.abort()
    await end()
  })
})
