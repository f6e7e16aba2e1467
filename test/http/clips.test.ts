import { expect, test } from 'vitest'
import { ClipPlan } from '../../gateway/contract/footage.ts'
import { Problem } from '../../gateway/contract/common.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { hours } from '../../gateway/domain/units.ts'
import { begunDownloads } from '../../gateway/http/downloads.ts'
import { byteRange, isHeld, partFits } from '../../gateway/http/ranges.ts'
import { clipTag, clipText, openGateway } from './fixture.ts'
import { manualClock } from './manual-clock.ts'

const range = 'fromUtcMs=1000&toUtcMs=2000'
const url = `/api/cameras/cam-1/clip.mp4?${range}`

test.each([
  ['everything', {}, 200, clipText, undefined],
  ['the beginning', { range: 'bytes=0-2' }, 206, 'mp4', 'bytes 0-2/8'],
  ['from the middle', { range: 'bytes=3-' }, 206, 'bytes', 'bytes 3-7/8'],
  ['the end', { range: 'bytes=-2' }, 206, 'es', 'bytes 6-7/8'],
  ['behind the end', { range: 'bytes=8-' }, 416, undefined, 'bytes */8'],
  ['several ranges', { range: 'bytes=0-1,3-4' }, 200, clipText, undefined],
  ['a range of the same clip', { range: 'bytes=3-', 'if-range': clipTag }, 206, 'bytes', 'bytes 3-7/8'],
  ['a range of another clip', { range: 'bytes=3-', 'if-range': '"other"' }, 200, clipText, undefined],
  ['a range behind the end of another clip', { range: 'bytes=99-', 'if-range': '"other"' }, 200, clipText, undefined],
  ['a range by date', { range: 'bytes=3-', 'if-range': 'Tue, 03 Nov 2026 02:00:00 GMT' }, 200, clipText, undefined],
  ['what is there already', { 'if-none-match': `"a", ${clipTag}` }, 304, '', undefined],
  ['a range of what is there already', { 'if-none-match': `W/${clipTag}`, range: 'bytes=3-' }, 304, '', undefined],
  ['what is not there yet', { 'if-none-match': '"a"' }, 200, clipText, undefined],
])('clip: %s', async (_name, headers, status, body, contentRange) => {
  const { app, cookie } = await openGateway()
  const answer = await app.inject({ url, headers: { cookie: await cookie('regulator'), ...headers } })
  expect([answer.statusCode, answer.headers['content-range']]).toEqual([status, contentRange])
  if (body === undefined) expect(Problem.parse(answer.json()).code).toBe('range-not-satisfiable')
  else {
    expect(answer.body).toBe(body)
    expect(answer.headers).toMatchObject({
      'accept-ranges': 'bytes',
      etag: clipTag,
      'cache-control': 'no-store',
      'x-from-utc-ms': '1000',
      'x-to-utc-ms': '2000',
      'x-camera-clock-offset-ms': '412000',
    })
  }
  if (status < 300) expect(answer.headers['content-length']).toBe(String(body?.length))
})

test('a clock that is not known is not stated', async () => {
  const { app, cookie, parts } = await openGateway()
  const { clip } = parts.footage
  parts.footage.clip = async (...asked) => ({ ...(await clip(...asked)), clockOffsetMs: null })
  const answer = await app.inject({ url, headers: { cookie: await cookie('office') } })
  expect(answer.headers).not.toHaveProperty('x-camera-clock-offset-ms')
})

test('a download is one audit row, however many ranges it takes; nobody gets a byte without one', async () => {
  const { app, cookie, parts, clock } = await openGateway()
  const rows = () => parts.audit.list({ limit: 99 }).filter(({ action }) => action === 'footage.download').length
  const ask = async (role: 'office' | 'regulator', headers: Record<string, string>) => {
    const answer = await app.inject({ url, headers: { cookie: await cookie(role), ...headers } })
    return [answer.statusCode, rows()]
  }
  expect(await ask('office', { range: 'bytes=0-' })).toEqual([206, 1])
  expect(await ask('office', { range: 'bytes=3-4' })).toEqual([206, 1])
  expect(await ask('office', { range: 'bytes=-1' })).toEqual([206, 1])
  expect(await ask('office', { 'if-none-match': clipTag })).toEqual([304, 1])
  // From the beginning again: a download of its own.
  expect(await ask('office', {})).toEqual([200, 2])
  // Somebody who leaves the first byte out.
  expect(await ask('regulator', { range: 'bytes=1-' })).toEqual([206, 3])
  expect(await ask('regulator', { range: 'bytes=2-' })).toEqual([206, 3])
  await clock.jump(hours(1))
  expect(await ask('regulator', { range: 'bytes=2-' })).toEqual([206, 4])
})

test('what cannot be one file is refused with its parts, and the refusal is in the audit trail', async () => {
  const { app, cookie, parts } = await openGateway()
  parts.footage.clip = async () => {
    throw new Failure('conflict', 'clip-codec-change', 'changed', { parts: 2, bounds: '1-2 3-4' })
  }
  const answer = await app.inject({ url, headers: { cookie: await cookie('office') } })
  const problem = Problem.parse(answer.json())
  expect([answer.statusCode, problem.code, problem.facts]).toEqual([
    409,
    'clip-codec-change',
    { parts: 2, bounds: '1-2 3-4' },
  ])
  expect(parts.audit.list({ limit: 9 })).toMatchObject([
    { action: 'footage.download', outcome: 'refused', facts: { code: 'clip-codec-change' } },
  ])
})

test('the plan of a download is no download', async () => {
  const { app, cookie, parts } = await openGateway()
  const headers = { cookie: await cookie('office') }
  const answer = await app.inject({ url: `/api/cameras/cam-1/clips?${range}`, headers })
  expect(ClipPlan.parse(answer.json())).toMatchObject({ cameraId: 'cam-1', fromUtcMs: 1_000, toUtcMs: 2_000 })
  const long = await app.inject({ url: `/api/cameras/cam-1/clips?fromUtcMs=0&toUtcMs=${hours(3)}`, headers })
  expect([long.statusCode, Problem.parse(long.json()).code]).toEqual([400, 'range-too-long'])
  expect(parts.audit.list({ limit: 9 })).toEqual([])
})

test('a still says when it was filmed, and is an audit row', async () => {
  const { app, cookie, parts } = await openGateway()
  const headers = { cookie: await cookie('office') }
  const answer = await app.inject({ url: '/api/cameras/cam-1/still.jpg?utcMs=90000', headers })
  expect([answer.statusCode, answer.headers['content-type'], answer.headers['x-utc-ms']]).toEqual([
    200,
    'image/jpeg',
    '89960',
  ])
  expect(answer.rawPayload.toString('hex')).toBe('ffd8ffd9')
  expect(parts.audit.list({ limit: 9 })).toMatchObject([
    { action: 'footage.snapshot', object: 'cam-1', user: 'office', facts: { utcMs: 90_000 } },
  ])
  const never = await app.inject({ url: '/api/cameras/cam-1/still.jpg', headers })
  expect([never.statusCode, Problem.parse(never.json()).errors?.[0]?.path]).toEqual([400, 'utcMs'])
})

test('downloads that are remembered are bounded: the oldest is audited again, not less', () => {
  const downloads = begunDownloads(manualClock())
  for (let n = 0; n <= 10_000; n++) expect(downloads.begins(`who ${n}`, true)).toBe(true)
  expect(downloads.begins('who 1', false)).toBe(false)
  expect(downloads.begins('who 0', false)).toBe(true)
})

test.each([
  [undefined, false],
  ['*', true],
  ['"x"', true],
  ['W/"x"', true],
  ['"y", "x"', true],
  ['"y"', false],
  ['x', false],
])('If-None-Match: %s', (header, held) => expect(isHeld(header, '"x"')).toBe(held))

test.each([
  [undefined, true],
  ['"x"', true],
  ['W/"x"', false],
  ['"y"', false],
  ['"y", "x"', false],
])('If-Range: %s', (header, fits) => expect(partFits(header, '"x"')).toBe(fits))

test('a range is inside the file or refused', () => {
  expect(byteRange('bytes=0-0', 1)).toEqual({ start: 0, end: 0 })
  expect(byteRange('bytes=5-4', 10)).toBeUndefined()
  expect(() => byteRange('bytes=1-', 1)).toThrow(expect.objectContaining({ code: 'range-not-satisfiable' }))
})
