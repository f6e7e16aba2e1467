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

const longestText = 1_000_000

/** Texts put together: a template may not make an endless one out of a long one. */
export function joined(...texts: readonly string[]): string {
  if (texts.reduce((sum, { length }) => sum + length, 0) > longestText) throw templateFailed('the text is too long')
  return texts.join('')
}

function replaced(text: string, old: string, fresh: string): string {
  if ((text.length + 1) * (fresh.length + 1) > longestText) throw templateFailed('the text is too long')
  return text.replaceAll(old, fresh)
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

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  throw templateFailed('it has no length')
}
/** The numbers of a list. @throws Failure invalid (`template-failed`) for what is none, is empty, or has more than a thousand */
function numbersOf(value: unknown): number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 1_000)
    throw templateFailed('it is no list of numbers')
  return value.map(asNumber)
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
  ['replace', (value, args) => replaced(asText(value), asText(args[0]), asText(args[1]))],
  ['length', (value) => lengthOf(value)],
  ['count', (value) => lengthOf(value)],
  ['first', (value) => member(value, 0)],
  ['last', (value) => member(value, -1)],
  ['min', (value) => Math.min(...numbersOf(value))],
  ['max', (value) => Math.max(...numbersOf(value))],
  ['sum', (value) => numbersOf(value).reduce((sum, next) => sum + next, 0)],
  ['average', (value) => numbersOf(value).reduce((sum, next, _at, all) => sum + next / all.length, 0)],
  ['sqrt', (value) => Math.sqrt(asNumber(converted(value, [], false)))],
  ['bitwise_and', (value, args) => asNumber(converted(value, [], true)) & asNumber(args[0])],
  ['bitwise_or', (value, args) => asNumber(converted(value, [], true)) | asNumber(args[0])],
  ['bool', (value, args) => truths.get(asText(value).toLowerCase()) ?? args[0]],
  ['iif', (value, args) => (truthy(value) ? (args.length > 0 ? args[0] : true) : args.length > 1 ? args[1] : false)],
])
export const functionNames: ReadonlySet<string> = new Set(['float', 'int', 'iif', 'bool', 'min', 'max', 'sqrt'])

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
