import { expect, test } from 'vitest'
import { type ApiProblem, createRequest } from '../../dashboard/api/request.ts'

const answering = (status: number, body: string) => () => Promise.resolve(new Response(body, { status }))
const problem = (status: number, code: string) =>
  JSON.stringify({ type: 'x', title: 'x', status, code, detail: 'why', errors: [{ path: 'name', message: 'short' }] })

async function refusal(fetcher: typeof fetch, path = '/api/zone', method: 'GET' | 'POST' = 'GET') {
  let asked = 0
  const request = createRequest(() => {
    asked += 1
  }, fetcher)
  const thrown = await request(path, { method }).then(
    () => undefined,
    (reason: ApiProblem) => reason,
  )
  return { code: thrown?.code, status: thrown?.status, errors: thrown?.errors, asked }
}

const errors = [{ path: 'name', message: 'short' }]
test.each([
  [
    'problem details',
    answering(409, problem(409, 'last-admin')),
    { code: 'last-admin', status: 409, errors, asked: 0 },
  ],
  ['a proxy’s page', answering(502, '<html>'), { code: 'http-502', status: 502, errors: [], asked: 0 }],
  ['JSON that is no problem', answering(500, 'null'), { code: 'http-500', status: 500, errors: [], asked: 0 }],
  [
    'a session that ended',
    answering(401, problem(401, 'login-required')),
    { code: 'login-required', status: 401, errors, asked: 1 },
  ],
  [
    'no gateway',
    () => Promise.reject(new TypeError('failed')),
    { code: 'gateway-away', status: 0, errors: [], asked: 0 },
  ],
])('%s', async (_, fetcher, expected) => {
  expect(await refusal(fetcher)).toEqual(expected)
})

test('a wrong password does not send to the login page, where the user already is', async () => {
  const answer = await refusal(answering(401, problem(401, 'login-refused')), '/api/session', 'POST')
  expect(answer).toMatchObject({ code: 'login-refused', asked: 0 })
})

test('an abort stays an abort', async () => {
  const stop = new AbortController()
  stop.abort(new DOMException('left', 'AbortError'))
  const request = createRequest(
    () => undefined,
    (_, init) => Promise.reject(init?.signal?.reason as Error),
  )
  await expect(request('/api/zone', { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
})

test('good answers: JSON, nothing, and a status that only looks bad', async () => {
  const of = (status: number, body: string | null) => () => Promise.resolve(new Response(body, { status }))
  const request = (fetcher: typeof fetch) => createRequest(() => undefined, fetcher)
  expect(await request(of(200, '{"a":1}'))('/api/zone')).toEqual({ a: 1 })
  expect(await request(of(204, null))('/api/session', { method: 'DELETE' })).toBeUndefined()
  expect(await request(of(503, '{"ok":false}'))('/readyz', { alsoGood: 503 })).toEqual({ ok: false })
})
