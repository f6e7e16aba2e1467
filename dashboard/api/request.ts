import type { Problem } from '../../gateway/contract/common.ts'

/** What the gateway answered instead of a result, or `gateway-away` (status 0) when it did not answer. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  readonly facts: Problem['facts']
  /** The fields that are wrong, by path. */
  readonly errors: NonNullable<Problem['errors']>

  constructor(problem: Pick<Problem, 'code' | 'status' | 'detail'> & Partial<Problem>, options?: ErrorOptions) {
    super(problem.detail, options)
    this.name = 'ApiProblem'
    this.code = problem.code
    this.status = problem.status
    this.facts = problem.facts
    this.errors = problem.errors ?? []
  }
}

export function toProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  return new ApiProblem({ code: 'bug', status: 0, detail }, { cause: thrown })
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** A status that is an answer although HTTP calls it an error. */
  readonly alsoGood?: number
}

/**
 * One JSON request on the session cookie. The answer's shape is the contract's: the gateway checks it, the page believes it.
 * @throws ApiProblem for every refusal; the signal's reason when aborted
 */
export type Request = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>

export function createRequest(onLoginNeeded: () => void, fetcher: typeof fetch = fetch): Request {
  return async <Answer>(
    path: string,
    { method = 'GET', body, signal, alsoGood }: RequestOptions = {},
  ): Promise<Answer> => {
    const response = await send(fetcher, path, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : jsonHeaders,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    if (response.ok || response.status === alsoGood)
      return (response.status === 204 ? undefined : await response.json()) as Answer
    const problem = await readProblem(response)
    if (problem.status === 401 && !(path === '/api/session' && method === 'POST')) onLoginNeeded()
    throw problem
  }
}

const jsonHeaders = { accept: 'application/json', 'content-type': 'application/json' }

async function send(fetcher: typeof fetch, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetcher(path, init)
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown
    throw new ApiProblem({ code: 'gateway-away', status: 0, detail: 'The gateway did not answer.' }, { cause: thrown })
  }
}

/** A proxy or a dying gateway may answer something else than problem details. */
async function readProblem(response: Response): Promise<ApiProblem> {
  const plain = { code: `http-${response.status}`, status: response.status, detail: response.statusText || 'Refused.' }
  const text = await response.text()
  try {
    const body = JSON.parse(text) as Partial<Problem> | null
    if (typeof body?.code !== 'string') return new ApiProblem(plain)
    return new ApiProblem({ ...plain, ...body, status: response.status })
  } catch (thrown) {
    return new ApiProblem(plain, { cause: thrown })
  }
}
