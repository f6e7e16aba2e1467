import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { reconciler } from '../../gateway/lib/reconcile.ts'
import { runStages } from '../../gateway/lib/stages.ts'
import { turnstile } from '../../gateway/lib/turnstile.ts'

describe('stages', () => {
  const part = (name: string, events: string[], fail?: Promise<never>) => ({
    async run(signal: AbortSignal) {
      await Promise.race([systemClock.sleep(60_000, signal), ...(fail ? [fail] : [])])
      events.push(`${name} ended`)
    },
  })
  test('sources end first, then what lies between, then the sinks', async () => {
    const events: string[] = []
    const stop = new AbortController()
    const running = runStages(
      { sources: [part('source', events)], sinks: [part('sink', events)] },
      stop.signal,
      async () => void events.push('between'),
    )
    stop.abort()
    await running
    expect(events).toEqual(['source ended', 'between', 'sink ended'])
  })
  test('a sink that fails ends all in the same order, and its failure is thrown', async () => {
    const events: string[] = []
    const broken = Promise.reject(new Error('no room'))
    const running = runStages(
      { sources: [part('source', events)], sinks: [part('broken', events, broken), part('sink', events)] },
      new AbortController().signal,
      async () => void events.push('between'),
    )
    await expect(running).rejects.toThrow('no room')
    expect(events).toEqual(['source ended', 'between', 'sink ended'])
  })
})

test('reconciler: a repair that fails does not keep the next one from its work', async () => {
  let repairs = 0
  const { soon, run } = reconciler(
    'test',
    async () => {
      if (++repairs === 1) throw new Error('for once')
    },
    60_000,
    { clock: systemClock, log: openLog('silent') },
  )
  const stop = new AbortController()
  const ended = run(stop.signal)
  await soon()
  expect(repairs).toBe(2)
  stop.abort()
  await ended
})

test('turnstile: the first goes at once, each other one after the one before', async () => {
  const slept: number[] = []
  const clock: Clock = {
    ...systemClock,
    monotonic: () => 1_000,
    sleep: async (ms) => {
      slept.push(ms)
      return 'slept'
    },
  }
  const turn = turnstile(100, clock)
  await Promise.all([1, 2, 3].map(() => turn(new AbortController().signal)))
  expect(slept).toEqual([100, 200])
})
