import { Failure } from './failure.ts'

export const templateFailed = (why: string): Failure =>
  new Failure('invalid', 'template-failed', `the template could not be evaluated: ${why}`, { why })

/** What Jinja counts as true. */
export const truthy = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : Boolean(value)

/** How a value is written into text, as Jinja does it for what matters here. */
export function asText(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number' || typeof value === 'string') return String(value)
  return JSON.stringify(value)
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(value)) return undefined
  return Number(value)
}

/** @throws Failure invalid (`template-failed`) when the value is no number */
export function asNumber(value: unknown): number {
  const number = typeof value === 'string' ? undefined : readNumber(value)
  if (number === undefined) throw templateFailed(`${asText(value).slice(0, 40)} is not a number`)
  return number
}

function round(value: number, digits: number, method: unknown): number {
  const scale = 10 ** Math.max(-12, Math.min(12, digits))
  const scaled = value * scale
  if (method === 'floor') return Math.floor(scaled) / scale
  if (method === 'ceil') return Math.ceil(scaled) / scale
  return Math.round(scaled) / scale
}

function converted(value: unknown, fallback: unknown[], whole: boolean): unknown {
  const number = readNumber(value)
  if (number !== undefined && Number.isFinite(number)) return whole ? Math.trunc(number) : number
  if (fallback.length > 0) return fallback[0]
  throw templateFailed(`${asText(value).slice(0, 40)} is not a number`)
}

const truths = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

/** Filters, called as `value | name(args)`; those in `functionNames` also as `name(value, args)`. */
export const filters: ReadonlyMap<string, (value: unknown, args: unknown[]) => unknown> = new Map<
  string,
  (value: unknown, args: unknown[]) => unknown
>([
  ['float', (value, args) => converted(value, args, false)],
  ['int', (value, args) => converted(value, args, true)],
  ['round', (value, args) => round(asNumber(value), args.length > 0 ? asNumber(args[0]) : 0, args[1])],
  ['abs', (value) => Math.abs(asNumber(value))],
  ['multiply', (value, args) => asNumber(converted(value, [], false)) * asNumber(args[0])],
  ['add', (value, args) => asNumber(converted(value, [], false)) + asNumber(args[0])],
  ['default', (value, args) => (value === undefined || (args[1] === true && !truthy(value)) ? args[0] : value)],
  ['d', (value, args) => (value === undefined || (args[1] === true && !truthy(value)) ? args[0] : value)],
  ['is_defined', (value) => value],
  ['lower', (value) => asText(value).toLowerCase()],
  ['upper', (value) => asText(value).toUpperCase()],
  ['trim', (value) => asText(value).trim()],
  ['string', (value) => asText(value)],
  ['replace', (value, args) => asText(value).replaceAll(asText(args[0]), asText(args[1]))],
  ['bool', (value, args) => truths.get(asText(value).toLowerCase()) ?? args[0]],
  ['iif', (value, args) => (truthy(value) ? (args.length > 0 ? args[0] : true) : args.length > 1 ? args[1] : false)],
])
export const functionNames: ReadonlySet<string> = new Set(['float', 'int', 'iif', 'bool'])

/** A member of parsed JSON: own properties and array places only, so that no built-in can be reached. */
export function member(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) || typeof value === 'string') {
    if (typeof key !== 'number' || !Number.isInteger(key)) return undefined
    return value.at(key)
  }
  if (typeof value === 'object' && value !== null && typeof key === 'string' && Object.hasOwn(value, key))
    return (value as Record<string, unknown>)[key]
  return undefined
}
