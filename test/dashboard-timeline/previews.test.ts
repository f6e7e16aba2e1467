import { expect, test } from 'vitest'
import { previewsOf } from '../../dashboard/playback/previews.ts'
import { waitFor } from '../support/wait.ts'

const base = 1_795_000_000_000

/** A gateway whose answers are let go by hand. */
function open() {
  const asked: { at: number; answer: (status: number) => void }[] = []
  const dropped: string[] = []
  let made = 0
  const previews = previewsOf({
    hrefOf: (utcMs) => String(utcMs),
    has: (utcMs) => utcMs < base + 500_000,
    fetcher: (href) =>
      new Promise((resolve) => {
        asked.push({
          at: Number(href) - base,
          answer: (status) => resolve(new Response(status === 200 ? 'jpeg' : null, { status })),
        })
      }),
    urls: { createObjectURL: () => `blob:${++made}`, revokeObjectURL: (href) => dropped.push(href) },
  })
  const next = async (count: number) => {
    await waitFor(() => asked.length === count, { message: () => `${count} requests, there were ${asked.length}` })
    return asked[count - 1]
  }
  return { previews, asked, dropped, next }
}

test('only the newest wish is asked for; what was wanted meanwhile is forgotten', async () => {
  const { previews, asked, next } = open()
  previews.want(base, 60_000)
  const first = await next(1)
  for (let at = 10_000; at <= 100_000; at += 10_000) previews.want(base + at, 60_000)
  expect(asked).toHaveLength(1)
  first?.answer(200)
  expect((await next(2))?.at).toBe(100_000)
  asked[1]?.answer(200)
  await waitFor(() => previews.shown.peek()?.utcMs === base + 100_000)
})

test('neighbours come while nobody asks, and are there at once when they are wanted', async () => {
  const { previews, asked, next } = open()
  previews.want(base, 60_000)
  for (let count = 1; count <= 5; count++) (await next(count))?.answer(200)
  await waitFor(() => previews.shown.peek() !== null)
  expect(asked.map(({ at }) => at)).toEqual([0, 60_000, -60_000, 120_000, -120_000])
  previews.want(base + 60_000, 60_000)
  expect(previews.shown.peek()?.utcMs).toBe(base + 60_000)
})

test('where there is no picture none is shown, and it is not asked for again', async () => {
  const { previews, asked, next } = open()
  previews.want(base, 60_000)
  for (let count = 1; count <= 5; count++) (await next(count))?.answer(count === 1 ? 404 : 200)
  await waitFor(() => asked.length === 5)
  previews.want(base + 60_000, 60_000)
  await waitFor(() => previews.shown.peek() !== null)
  previews.want(base, 60_000)
  expect(previews.shown.peek()).toBeNull()
  expect(asked.filter(({ at }) => at === 0)).toHaveLength(1)
})

test('a gateway that is busy is asked again, for what is wanted by then', async () => {
  const { previews, asked, next } = open()
  previews.want(base, 60_000)
  const first = await next(1)
  previews.want(base + 30_000, 60_000)
  first?.answer(503)
  await next(2)
  asked[1]?.answer(200)
  await waitFor(() => previews.shown.peek()?.utcMs === base + 30_000)
  expect(asked[1]?.at).toBe(30_000)
})

test('where nothing was recorded nobody asks', async () => {
  const { previews, asked, next } = open()
  previews.want(base + 490_000, 20_000)
  for (let count = 1; count <= 3; count++) (await next(count))?.answer(200)
  await waitFor(() => previews.shown.peek() !== null)
  expect(asked.map(({ at }) => at)).toEqual([490_000, 470_000, 450_000])
  previews.want(base + 900_000, 20_000)
  expect(previews.shown.peek()).toBeNull()
})

test('what was made is let go at the end', async () => {
  const { previews, dropped, next } = open()
  previews.want(base, 60_000)
  ;(await next(1))?.answer(200)
  await next(2)
  previews.close()
  expect(dropped).toEqual(['blob:1'])
})
