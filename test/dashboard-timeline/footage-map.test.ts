import { expect, test } from 'vitest'
import { footageMap } from '../../dashboard/playback/footage-map.ts'
import type { Span } from '../../gateway/contract/camera.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'

const hour = 3_600_000
const now = 1_000 * hour
const recorded = (fromHour: number, toHour: number): Span => ({
  kind: 'recorded',
  startUtcMs: fromHour * hour,
  endUtcMs: toHour * hour,
})

function open(footage: Readonly<Record<string, readonly Span[]>>) {
  const asked: (UtcRange & { id: string })[] = []
  const clock = { now }
  const map = footageMap(
    (id, range) => {
      asked.push({ id, ...range })
      const inside = (footage[id] ?? []).filter(
        (one) => one.endUtcMs > range.fromUtcMs && one.startUtcMs < range.toUtcMs,
      )
      return Promise.resolve(inside)
    },
    () => clock.now,
  )
  return { map, asked, clock }
}

test('what is known is not asked again; leaving it is', async () => {
  const { map, asked } = open({ a: [recorded(0, 900)], b: [] })
  await map.ensure(['a', 'b'], 500 * hour, false)
  await map.ensure(['a', 'b'], 501 * hour, false)
  expect(asked.map(({ id }) => id)).toEqual(['a', 'b'])
  await map.ensure(['a'], 600 * hour, false)
  expect(asked.at(-1)).toEqual({ id: 'a', fromUtcMs: 599 * hour, toUtcMs: 603 * hour })
})

test('at the newest end what is known grows thin with time', async () => {
  const { map, clock } = open({ a: [recorded(0, 1_000)] })
  await map.ensure(['a'], now - 60_000, false)
  expect(map.isThin('a', now - 60_000)).toBe(false)
  clock.now += 20_000
  expect(map.isThin('a', now - 60_000)).toBe(true)
  expect(map.covers('a', now + 1)).toBe(false)
  await map.ensure(['a'], now + 1, true)
  expect(map.isThin('a', now - 60_000)).toBe(false)
})

test('a gap of less than a second is played over, a longer one is not', async () => {
  const ms = (from: number, to: number): Span => ({ kind: 'recorded', startUtcMs: from, endUtcMs: to })
  const base = 500 * hour
  const { map } = open({
    a: [ms(base, base + 10_000), ms(base + 10_900, base + 20_000), ms(base + 21_100, base + 30_000)],
  })
  await map.ensure(['a'], base, false)
  expect([5_000, 10_500, 20_500, 40_000].map((at) => map.has('a', base + at))).toEqual([true, true, false, false])
  expect(map.nextOf('a', base + 20_500)).toBe(base + 21_100)
  expect(map.beforeOf('a', base + 20_500)).toBe(base + 20_000)
  expect(map.beforeOf('a', base)).toBeUndefined()
})

test('the next footage is looked for as far as there may be some, over all cameras', async () => {
  const { map } = open({ a: [recorded(10, 20), recorded(900, 901)], b: [recorded(10, 20), recorded(800, 801)], c: [] })
  expect(await map.farNext(['a', 'b', 'c'], 500 * hour)).toBe(800 * hour)
  expect(await map.farNext(['c'], 500 * hour)).toBeUndefined()
  expect(await map.farNext(['a'], now + hour)).toBeUndefined()
})
