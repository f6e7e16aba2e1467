import { array, assert, constant, integer, oneof, property } from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedChange } from '../../gateway/contract/feed.ts'
import { coalesceKey, feedRing } from '../../gateway/http/feed-ring.ts'

const change = (cameraId: string): FeedChange => ({ kind: 'timeline', cameraId, endUtcMs: 1, gap: null })

test('whatever happened: a client gets exactly what it missed, or is told that nobody knows', () => {
  const step = oneof({ arbitrary: constant('add'), weight: 20 }, { arbitrary: constant('forget'), weight: 1 })
  assert(
    property(array(step, { maxLength: 120 }), integer({ min: 1, max: 20 }), (steps, keep) => {
      const first = 1_000
      const ring = feedRing(first, keep)
      let known: number[] = []
      for (const step of steps) {
        if (step === 'add') known.push(ring.add(change('c')).seq)
        else {
          ring.forget()
          known = []
        }
      }
      for (let after = first - 2; after <= ring.seq + 2; after++) {
        const missed = ring.since(after)?.map(({ seq }) => seq)
        const isKept = after <= ring.seq && after >= ring.seq - Math.min(known.length, keep)
        expect(missed).toEqual(isKept ? known.filter((seq) => seq > after) : undefined)
      }
    }),
  )
})

test('newer news replaces the older of the same thing, and of nothing else', () => {
  const reading = (metric: string): FeedChange => ({
    kind: 'reading',
    reading: {
      sensorId: 's',
      metric,
      value: 1,
      quality: 'ok',
      utcMs: 1,
      deviceUtcMs: null,
      rawValue: null,
      source: 'zone/s1',
    },
  })
  const different = [change('a'), change('b'), reading('t'), reading('rh'), { kind: 'reload', what: 'rules' } as const]
  expect(new Set(different.map(coalesceKey)).size).toBe(different.length)
  expect(coalesceKey(reading('t'))).toBe(coalesceKey(reading('t')))
})
