import { describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { broadcast } from '../../gateway/lib/broadcast.ts'
import { runChild } from '../../gateway/lib/child.ts'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog, redact } from '../../gateway/lib/log.ts'
import { pauses } from '../../gateway/lib/pauses.ts'
import { reconciler } from '../../gateway/lib/reconcile.ts'
import { backoffMs, supervise } from '../../gateway/lib/supervise.ts'
import { taskSet } from '../../gateway/lib/task-set.ts'
import { waitFor } from '../support/wait.ts'

const log = openLog('silent')
const retry = { firstMs: 1_000, capMs: 8_000, calmMs: 30_000 }

test.each([
  [0, 0.5, 500],
  [1, 0.5, 1_000],
  [3, 0.999, 7_992],
  [20, 0.5, 4_000],
  [5, 0, 100],
  [2, 0.333333, 1_333],
])('back-off: attempt %i with chance %d pauses %i ms', (attempt, random, expected) => {
  expect(backoffMs(retry, attempt, random)).toBe(expected)
})

/** A clock on which sleeping only moves the hands. */
function quickClock(): Clock & { slept: number[] } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => 1_800_000_000_000 + now,
    monotonic: () => now,
    async sleep(ms, signal) {
      slept.push(ms)
      now += ms
      await Promise.resolve()
      return signal?.aborted ? 'aborted' : 'slept'
    },
  }
}

describe('supervise', () => {
  test('tries again with growing pauses, tells each failure, starts small after a calm attempt', async () => {
    const clock = quickClock()
    const stop = new AbortController()
    const told: string[] = []
    let attempts = 0
    await supervise(
      {
        name: 'task',
        async runOnce() {
          attempts++
          if (attempts === 4) await clock.sleep(60_000)
          if (attempts === 6) stop.abort()
          throw new Failure('away', `fault-${attempts}`, 'away')
        },
      },
      { clock, log },
      stop.signal,
      {
        retry,
        random: () => 1,
        onFailure: ({ code }, nextTryUtcMs) => told.push(`${code} ${nextTryUtcMs - clock.now()}`),
      },
    )
    expect(told).toEqual(['fault-1 1000', 'fault-2 2000', 'fault-3 4000', 'fault-4 1000', 'fault-5 2000'])
  })

  test('what is thrown and is no Failure counts as a bug, and the task still goes on', async () => {
    const clock = quickClock()
    const stop = new AbortController()
    const codes: string[] = []
    const runOnce = async () => {
      if (codes.length === 2) stop.abort()
      throw new TypeError('oops')
    }
    await supervise({ name: 'task', runOnce }, { clock, log }, stop.signal, {
      onFailure: ({ code }) => codes.push(code),
    })
    expect(codes).toEqual(['bug', 'bug'])
  })
})

test('who is told of a failure and fails itself does not end the task', async () => {
  const clock = quickClock()
  const stop = new AbortController()
  let attempts = 0
  const runOnce = async () => {
    if (++attempts === 3) stop.abort()
    throw new Failure('away', 'away', 'away')
  }
  const onFailure = () => {
    throw new Error('the disk is full here, too')
  }
  await supervise({ name: 'task', runOnce }, { clock, log }, stop.signal, { onFailure })
  expect(attempts).toBe(3)
})

test('a pace by what failed, and a pause that somebody ends early', async () => {
  const stop = new AbortController()
  const naps = pauses(systemClock)
  let attempts = 0
  const ended = supervise(
    {
      name: 'task',
      async runOnce() {
        attempts++
        throw new Failure('denied', attempts === 1 ? 'quick' : 'slow', 'no')
      },
    },
    { clock: systemClock, log },
    stop.signal,
    {
      retry: (failure) => ({ ...retry, firstMs: failure?.code === 'slow' ? 3_600_000 : 10, capMs: 7_200_000 }),
      pause: (ms, signal) => naps.sleep('task', ms, signal),
      random: () => 0.5,
    },
  )
  await waitFor(() => attempts === 2)
  naps.wake('another')
  naps.wake('task')
  await waitFor(() => attempts === 3)
  stop.abort()
  await ended
  expect(attempts).toBe(3)
})

test('task set: starts what is wanted, ends what is not, and waits for the end', async () => {
  const events: string[] = []
  const set = taskSet(async (key, signal) => {
    events.push(`start ${key}`)
    await systemClock.sleep(60_000, signal)
    events.push(`end ${key}`)
  })
  await set.want(new Set(['a', 'b']))
  await set.want(new Set(['b', 'c']))
  expect(events).toEqual(['start a', 'start b', 'start c', 'end a'])
  await set.end()
  expect(events.slice(4).sort()).toEqual(['end b', 'end c'])
})

test('reconciler: repairs never overlap, one that was asked for runs soon, none runs after the end', async () => {
  let running = 0
  let most = 0
  let repairs = 0
  const { soon, run } = reconciler(
    'test',
    async () => {
      running++
      most = Math.max(most, running)
      await systemClock.sleep(5)
      repairs++
      running--
    },
    60_000,
    { clock: systemClock, log },
  )
  await soon()
  expect(repairs).toBe(0)
  const stop = new AbortController()
  const ended = run(stop.signal)
  await Promise.all([soon(), soon(), soon()])
  expect([repairs, most]).toEqual([4, 1])
  stop.abort()
  await ended
  await soon()
  expect(repairs).toBe(4)
})

test('broadcast: a slow reader loses the oldest and is told how many; a quick one gets all', async () => {
  const { send, listen } = broadcast<number>({ keep: 3 })
  const stop = new AbortController()
  const read = async (into: (number | string)[], count: number) => {
    for await (const message of listen(stop.signal)) {
      into.push('item' in message ? message.item : `lost ${message.dropped}`)
      if (into.length === count) return
    }
  }
  const quick: (number | string)[] = []
  const reading = read(quick, 5)
  const slow = listen(stop.signal)[Symbol.asyncIterator]()
  const first = slow.next()
  for (const n of [1, 2, 3, 4, 5]) {
    send(n)
    await Promise.resolve()
    await waitFor(() => quick.length === n, { everyMs: 1 })
  }
  await reading
  expect(quick).toEqual([1, 2, 3, 4, 5])
  expect([(await first).value, (await slow.next()).value, (await slow.next()).value]).toEqual([
    { item: 1 },
    { dropped: 1 },
    { item: 3 },
  ])
  for (const n of [6, 7, 8]) send(n)
  expect([(await slow.next()).value, (await slow.next()).value]).toEqual([{ dropped: 2 }, { item: 6 }])
  stop.abort()
  expect((await slow.next()).done).toBe(true)
})

describe('child', () => {
  test('ends politely, then hard, and keeps the last lines without secrets', async () => {
    const stop = new AbortController()
    const script = `trap '' TERM; echo 'rtsp://user:pa@ss@host/x refused' >&2; while :; do sleep 0.05; done`
    const lines: string[] = []
    const running = runChild('sh', ['-c', script], {
      signal: stop.signal,
      stopGraceMs: 100,
      onLine: (line) => {
        lines.push(line)
        stop.abort()
      },
    })
    const exit = await running
    expect(exit.signal).toBe('SIGKILL')
    expect(lines).toEqual(['rtsp://***@host/x refused'])
    expect(exit.lastLines).toEqual(lines)
  })
  test('a program that is not there is a Failure that names it', async () => {
    await expect(runChild('no-such-program', [], { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'program-missing',
      facts: { program: 'no-such-program' },
    })
  })
})

test.each([
  ['rtsp://user:pass@10.0.0.1:554/main', 'rtsp://***@10.0.0.1:554/main'],
  ['see http://a:b@c/d and mqtt://x:y@z', 'see http://***@c/d and mqtt://***@z'],
  ['rtsp://10.0.0.1/a@b', 'rtsp://10.0.0.1/a@b'],
])('redact %s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})
