/** The one function that makes lines, against a reader of lines by the book, and against InfluxDB itself. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { line, type Point } from '../../gateway/domain/line-protocol.ts'
import { startInflux } from '../support/influx.ts'

/** InfluxDB 1.x line protocol reference: a backslash escapes only what ends the part that it stands in. */
function readLine(text: string): {
  measurement: string
  tags: [string, string][]
  fields: [string, string | number][]
  utcMs: number
} {
  let at = 0
  function part(ends: string, escapable: string): string {
    let found = ''
    while (at < text.length && !ends.includes(text[at] as string)) {
      if (text[at] === '\\' && at + 1 < text.length && escapable.includes(text[at + 1] as string)) at++
      found += text[at++]
    }
    if (found === '') throw new Error(`empty at ${at}: ${text}`)
    return found
  }
  const take = (wanted: string) => {
    if (text[at] !== wanted) throw new Error(`${wanted} is missing at ${at}: ${text}`)
    at++
  }
  if (text.startsWith('#') || /\p{Cc}/u.test(text)) throw new Error(`no line: ${text}`)
  const measurement = part(', ', ', ')
  const tags: [string, string][] = []
  while (text[at] === ',') {
    at++
    const key = part('=', ',= ')
    take('=')
    tags.push([key, part(', ', ',= ')])
  }
  take(' ')
  const fields: [string, string | number][] = []
  do {
    if (fields.length > 0) take(',')
    const key = part('=', ',= ')
    take('=')
    if (text[at] === '"') {
      at++
      let value = ''
      while (at < text.length && text[at] !== '"') {
        if (text[at] === '\\' && '"\\'.includes(text[at + 1] ?? 'x')) at++
        value += text[at++]
      }
      take('"')
      fields.push([key, value])
    } else {
      const number = part(', ', '')
      if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(number)) throw new Error(`no float: ${number}`)
      fields.push([key, Number(number)])
    }
  } while (text[at] === ',')
  take(' ')
  const time = text.slice(at)
  if (!/^-?\d+$/.test(time)) throw new Error(`no time: ${time}`)
  return { measurement, tags, fields, utcMs: Number(time) }
}

const nasty = fc.string({
  unit: fc.constantFrom('a', ',', '=', ' ', '\\', '"', '\n', '\r', '\t', '#', '冷', '\u0000', '\u2028', '😀', '\ud800'),
})
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  nasty,
  fc.constantFrom('__proto__', 'time', '1i', 'true', '\\', '\\\\ ', '#', ''),
)
const point: fc.Arbitrary<Point> = fc.record({
  measurement: text,
  tags: fc.dictionary(text, fc.option(text), { maxKeys: 4, noNullPrototype: true }),
  fields: fc.dictionary(text, fc.oneof(fc.double(), fc.integer(), text, fc.constant(null)), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  utcMs: fc.integer({ min: -1e12, max: 1e13 }),
})
/** What may be kept of a text: control characters are spaces, names lose backslashes at their end. */
const plain = (value: string) => value.toWellFormed().replace(/\p{Cc}+/gu, ' ')
const name = (value: string) => plain(value).replace(/\\+$/, '')

test('whatever is in names and values, a line says exactly that, and nothing more', () => {
  fc.assert(
    fc.property(point, (what) => {
      const made = line(what)
      const fields = Object.entries(what.fields).filter(
        ([key, value]) => name(key) !== '' && value !== null && (typeof value === 'string' || Number.isFinite(value)),
      )
      if (fields.length === 0 || name(what.measurement) === '') {
        expect(made).toBeUndefined()
        return
      }
      const read = readLine(made ?? '')
      expect(read.measurement).toBe(name(what.measurement).replace(/^#/, '_'))
      const sorted = Object.keys(what.tags)
        .sort()
        .map((key) => [name(key), name(what.tags[key] ?? '')])
      expect(read.tags).toEqual(sorted.filter(([key, value]) => key !== '' && value !== ''))
      expect(read.fields).toEqual(
        fields.map(([key, value]) => [
          name(key),
          typeof value === 'string' ? plain(value) : Object.is(value, -0) ? 0 : value,
        ]),
      )
      expect(read.utcMs).toBe(what.utcMs)
    }),
    { numRuns: 3_000 },
  )
})

test('InfluxDB reads the same out of it, and finds one point a line', async () => {
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  await influx.query('CREATE DATABASE fuzz')
  const values = fc.sample(text, { numRuns: 400, seed: 7 }).map((value) => `x${value}`)
  const lines = values.map((value, n) =>
    line({
      measurement: 'reading',
      tags: { sensor: value, n: String(n) },
      fields: { value: n, quality: value },
      utcMs: 1_700_000_000_000,
    }),
  )
  expect(await influx.write('fuzz', lines.join('\n'))).toBe(204)
  const answer = (await influx.query('SELECT value, quality, sensor, n FROM reading', { database: 'fuzz' })) as {
    results: { series: { values: [number, number, string, string, string][] }[] }[]
  }
  const found = answer.results[0]?.series[0]?.values.toSorted(([, a], [, b]) => a - b) ?? []
  expect(found.map(([, n, quality, sensor]) => [n, quality, sensor])).toEqual(
    values.map((value, n) => [n, plain(value), name(value)]),
  )
  const measurements = (await influx.query('SHOW MEASUREMENTS', { database: 'fuzz' })) as {
    results: { series: { values: string[][] }[] }[]
  }
  expect(measurements.results[0]?.series[0]?.values).toEqual([['reading']])
  end.abort()
})
