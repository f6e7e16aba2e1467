import { Failure } from '../domain/failure.ts'
import { type Keeping, type Resolution, resolutions } from '../domain/buckets.ts'
import { days, type Millis } from '../domain/units.ts'
import type { Log } from '../lib/log.ts'
import { type Answer, type InfluxHttp, wordsOf } from './influx-http.ts'

/** Who answers behind the InfluxDB 1.x API. Only 1.x has databases, policies and InfluxQL that can be made with it. */
export type Flavour = 'influx-1' | 'influx-2' | 'victoria-metrics'

export interface Policy {
  readonly name: string
  readonly durationMs: Millis
  readonly isDefault: boolean
}
type Cell = string | number | boolean | null
export type Rows = Record<string, Cell>[]

/** Names are ours or from the configuration; InfluxQL knows no parameters for them. */
export const quoted = (name: string): string => `"${name.replace(/[\\"]/g, '\\$&')}"`

/** @throws Failure away, denied: the question was not answered */
export function rowsOf({ status, body }: Answer): Rows {
  if (status === 401 || status === 403) {
    const said = wordsOf(body).slice(0, 200)
    const message = /admin privilege/.test(said)
      ? 'only an administrator of InfluxDB may make its database and the retention policies raw, minute and hour'
      : 'InfluxDB refuses user or password'
    throw new Failure('denied', 'influx-denied', message, { status, answer: said })
  }
  const answer = status === 200 ? parsed(body) : undefined
  const [result] = answer?.results ?? []
  const words = answer ? (answer.error ?? result?.error) : wordsOf(body)
  if (!answer || words !== undefined)
    throw new Failure('away', 'influx-away', 'InfluxDB does not answer the question', {
      status,
      answer: (words ?? '').slice(0, 200),
    })
  return (result?.series ?? []).flatMap(({ columns, values = [], tags = {} }) =>
    values.map((row) => ({ ...tags, ...Object.fromEntries(row.map((cell, n) => [columns[n] ?? '', cell])) })),
  )
}
interface QueryAnswer {
  readonly error?: string
  readonly results?: readonly {
    readonly error?: string
    readonly series?: readonly {
      readonly columns: string[]
      readonly values?: Cell[][]
      readonly tags?: Record<string, string>
    }[]
  }[]
}
function parsed(body: string): QueryAnswer | undefined {
  try {
    return JSON.parse(body) as QueryAnswer
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

export function influxAdmin(http: InfluxHttp, keeping: Keeping, log: Log) {
  const { database } = http
  let known: Flavour | undefined
  const ask = async (q: string, signal?: AbortSignal, params = {}, isLong = false) =>
    rowsOf(await http.query(q, params, isLong, signal))

  /** @throws Failure away (`influx-away`) */
  async function flavour(signal?: AbortSignal): Promise<Flavour> {
    if (known) return known
    const ping = await http.get('/ping', signal)
    if (ping.status >= 500)
      throw new Failure('away', 'influx-away', 'InfluxDB cannot answer now', { status: ping.status })
    // InfluxDB has no such path; VictoriaMetrics calls itself an InfluxDB 1.x otherwise.
    const build = await http.get('/api/v1/status/buildinfo', signal)
    const isVictoria = build.status === 200 && /"status":\s*"success"/.test(build.body)
    known = isVictoria ? 'victoria-metrics' : /^v?2\./.test(ping.version) ? 'influx-2' : 'influx-1'
    if (known !== 'influx-1')
      log.info({ flavour: known }, 'the metrics store takes readings, and keeps and shows them by its own rules')
    return known
  }

  const wanted = (resolution: Resolution): Policy => ({
    name: resolution,
    // InfluxDB keeps nothing shorter than an hour.
    durationMs: Math.max(Math.ceil(days(keeping[`${resolution}Days`]) / 60_000) * 60_000, 3_600_000),
    isDefault: resolution === 'raw',
  })

  async function policies(signal?: AbortSignal): Promise<Policy[]> {
    const rows = await ask(`SHOW RETENTION POLICIES ON ${quoted(database)}`, signal)
    return rows.map(({ name, duration, default: isDefault }) => ({
      name: String(name),
      durationMs: durationMs(String(duration)),
      isDefault: isDefault === true,
    }))
  }

  /** Makes the database and its three policies what the configuration says. @throws Failure away, denied */
  async function reconcile(signal?: AbortSignal): Promise<void> {
    if ((await flavour(signal)) !== 'influx-1') return
    const all = await ask('SHOW DATABASES', signal)
    if (!all.some(({ name }) => name === database)) {
      log.info({ database }, 'creating the InfluxDB database')
      await ask(`CREATE DATABASE ${quoted(database)}`, signal)
    }
    const found = await policies(signal)
    for (const resolution of resolutions) {
      const { name, durationMs, isDefault } = wanted(resolution)
      const there = found.find((policy) => policy.name === name)
      if (there && there.durationMs === durationMs && there.isDefault === isDefault) continue
      const what = `RETENTION POLICY ${quoted(name)} ON ${quoted(database)} DURATION ${durationMs / 60_000}m`
      const end = isDefault ? ' DEFAULT' : ''
      log.info(
        { policy: name, days: durationMs / days(1) },
        there ? 'changing a retention policy' : 'creating a retention policy',
      )
      await ask(there ? `ALTER ${what}${end}` : `CREATE ${what} REPLICATION 1${end}`, signal)
    }
  }

  return { flavour, reconcile, policies, ask }
}
export type InfluxAdmin = ReturnType<typeof influxAdmin>

/** `720h0m0s`; 0 is for ever. */
function durationMs(text: string): Millis {
  const factors = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const
  let sum = 0
  for (const [, n, unit] of text.matchAll(/(\d+)([wdhms])/g)) sum += Number(n) * factors[unit as keyof typeof factors]
  return sum
}
