import {
  asNumber,
  asText,
  filters,
  functionNames,
  joined,
  member,
  templateFailed,
  truthy,
} from './template-functions.ts'
import { type Token, tokens, unsupported } from './template-tokens.ts'

/** What a template sees. `json` is asked only when the template uses `value_json`; it may throw. */
export interface TemplateInput {
  readonly text: string
  json(): unknown
}
/** `undefined` means that the payload does not hold this value. @throws Failure invalid (`template-failed`) */
export type Template = (input: TemplateInput) => unknown
type Node = Template

const comparisons: ReadonlyMap<string, (left: unknown, right: unknown) => boolean> = new Map<
  string,
  (left: unknown, right: unknown) => boolean
>([
  ['==', (left, right) => left === right],
  ['!=', (left, right) => left !== right],
  ['<', (left, right) => asNumber(left) < asNumber(right)],
  ['<=', (left, right) => asNumber(left) <= asNumber(right)],
  ['>', (left, right) => asNumber(left) > asNumber(right)],
  ['>=', (left, right) => asNumber(left) >= asNumber(right)],
])

/** `x is defined` and the like. */
const tests: ReadonlyMap<string, (value: unknown) => boolean> = new Map<string, (value: unknown) => boolean>([
  ['defined', (value) => value !== undefined],
  ['undefined', (value) => value === undefined],
  ['none', (value) => value === null],
  ['number', (value) => typeof value === 'number'],
  ['string', (value) => typeof value === 'string'],
  ['boolean', (value) => typeof value === 'boolean'],
])

/** Jinja's `in`: part of a text, one of a list, a key of an object. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof whole === 'string') return whole.includes(asText(part))
  if (Array.isArray(whole)) return whole.includes(part)
  return typeof whole === 'object' && whole !== null && typeof part === 'string' && Object.hasOwn(whole, part)
}

function divide(left: number, right: number, whole: boolean): number {
  if (right === 0) throw templateFailed('division by zero')
  return whole ? Math.floor(left / right) : left / right
}

const sums: ReadonlyMap<string, (left: unknown, right: unknown) => unknown> = new Map<
  string,
  (left: unknown, right: unknown) => unknown
>([
  [
    '+',
    (left, right) =>
      typeof left === 'string' && typeof right === 'string' ? joined(left, right) : asNumber(left) + asNumber(right),
  ],
  ['-', (left, right) => asNumber(left) - asNumber(right)],
  ['~', (left, right) => joined(asText(left), asText(right))],
])
const products: ReadonlyMap<string, (left: unknown, right: unknown) => unknown> = new Map<
  string,
  (left: unknown, right: unknown) => unknown
>([
  ['*', (left, right) => asNumber(left) * asNumber(right)],
  ['/', (left, right) => divide(asNumber(left), asNumber(right), false)],
  ['//', (left, right) => divide(asNumber(left), asNumber(right), true)],
  ['%', (left, right) => asNumber(left) - asNumber(right) * divide(asNumber(left), asNumber(right), true)],
])

function parse(source: string): Node {
  const list = tokens(source)
  let at = 0
  let depth = 0
  const peek = (): Token => list[at] ?? { kind: 'end', text: '' }
  const is = (kind: Token['kind'], text: string) => peek().kind === kind && peek().text === text
  const take = (kind: Token['kind'], text: string): boolean => {
    if (!is(kind, text)) return false
    at++
    return true
  }
  const need = (mark: string) => {
    if (!take('mark', mark)) throw unsupported(`"${mark}" expected before "${peek().text}"`)
  }

  function ternary(): Node {
    if (++depth > 40) throw unsupported('nested too deep')
    const value = or()
    depth--
    if (!take('name', 'if')) return value
    const condition = or()
    const otherwise = take('name', 'else') ? ternary() : () => undefined
    return (input) => (truthy(condition(input)) ? value(input) : otherwise(input))
  }
  function or(): Node {
    let left = and()
    while (take('name', 'or')) {
      const [first, second] = [left, and()]
      left = (input) => {
        const value = first(input)
        return truthy(value) ? value : second(input)
      }
    }
    return left
  }
  function and(): Node {
    let left = not()
    while (take('name', 'and')) {
      const [first, second] = [left, not()]
      left = (input) => {
        const value = first(input)
        return truthy(value) ? second(input) : value
      }
    }
    return left
  }
  function not(): Node {
    let negations = 0
    while (take('name', 'not')) negations++
    const value = comparison()
    if (negations === 0) return value
    return (input) => truthy(value(input)) === (negations % 2 === 0)
  }
  function comparison(): Node {
    const left = operators(sums, () => operators(products, unary))
    if (take('name', 'is')) {
      const isTrue = !take('name', 'not')
      const holds = tests.get(peek().text)
      if (!holds) throw unsupported(`test "${peek().text}"`)
      at++
      return (input) => holds(left(input)) === isTrue
    }
    const isNegated = is('name', 'not') && list[at + 1]?.text === 'in'
    if (isNegated) at++
    if (take('name', 'in')) {
      const right = operators(sums, () => operators(products, unary))
      return (input) => contains(right(input), left(input)) !== isNegated
    }
    const compare = peek().kind === 'mark' ? comparisons.get(peek().text) : undefined
    if (!compare) return left
    at++
    const right = operators(sums, () => operators(products, unary))
    return (input) => compare(left(input), right(input))
  }
  function operators(known: typeof sums, operand: () => Node): Node {
    let left = operand()
    for (;;) {
      const combine = peek().kind === 'mark' ? known.get(peek().text) : undefined
      if (!combine) return left
      at++
      const [first, second] = [left, operand()]
      left = (input) => combine(first(input), second(input))
    }
  }
  function unary(): Node {
    let sign = 1
    for (;;) {
      if (take('mark', '-')) sign = -sign
      else if (!take('mark', '+')) break
    }
    const value = filtered()
    return sign === 1 ? value : (input) => -asNumber(value(input))
  }
  function filtered(): Node {
    let value = postfix()
    while (take('mark', '|')) {
      const name = peek().text
      const filter = filters.get(name)
      if (!filter) throw unsupported(`filter "${name}"`)
      at++
      const args = is('mark', '(') ? argumentList() : []
      const inner = value
      value = (input) =>
        filter(
          inner(input),
          args.map((argument) => argument(input)),
        )
    }
    return value
  }
  function argumentList(): Node[] {
    need('(')
    const args: Node[] = []
    while (!is('mark', ')')) {
      args.push(ternary())
      if (!take('mark', ',')) break
    }
    need(')')
    return args
  }
  /** `[1, 2]` */
  function listOf(): Node {
    const items: Node[] = []
    while (!is('mark', ']')) {
      items.push(ternary())
      if (!take('mark', ',')) break
    }
    need(']')
    return (input) => items.map((item) => item(input))
  }
  function postfix(): Node {
    let value = primary()
    for (;;) {
      const inner = value
      if (take('mark', '.')) {
        const token = peek()
        at++
        if (token.kind === 'name') value = (input) => member(inner(input), token.text)
        else throw unsupported(`"." before "${token.text}"`)
      } else if (take('mark', '[')) {
        const key = ternary()
        need(']')
        value = (input) => member(inner(input), key(input))
      } else return value
    }
  }
  function primary(): Node {
    const token = peek()
    at++
    if (token.kind === 'number') return () => Number(token.text)
    if (token.kind === 'text') return () => token.text
    if (token.kind === 'mark' && token.text === '(') {
      const inner = ternary()
      need(')')
      return inner
    }
    const lower = token.text.toLowerCase()
    if (token.kind === 'mark' && token.text === '[') return listOf()
    if (token.kind !== 'name') throw unsupported(`"${token.text}"`)
    if (lower === 'true' || lower === 'false') return () => lower === 'true'
    if (lower === 'none') return () => null
    if (token.text === 'value') return (input) => input.text
    if (token.text === 'value_json') return (input) => input.json()
    const call = functionNames.has(token.text) ? filters.get(token.text) : undefined
    if (!call || !is('mark', '(')) throw unsupported(`"${token.text}"`)
    const [first, ...rest] = argumentList()
    if (!first) throw unsupported(`${token.text}()`)
    return (input) =>
      call(
        first(input),
        rest.map((argument) => argument(input)),
      )
  }

  const value = ternary()
  if (peek().kind !== 'end') throw unsupported(`"${peek().text}"`)
  return value
}

/**
 * Compiles the part of Home Assistant's value templates that sensors use: `value`, `value_json.a.b[0]`, the filters of
 * template-functions.ts, arithmetic, comparisons, `x if y else z`. No eval, no statements (`{% %}`), own properties only.
 * @throws Failure invalid (`template-unsupported`)
 */
export function compileTemplate(source: string): Template {
  if (source.length > 2_000) throw unsupported('longer than 2000 characters')
  if (/\{[%#]/.test(source)) throw unsupported('statements {% %} and comments {# #}')
  const pieces: Node[] = []
  let rest = source.trim()
  while (rest !== '') {
    const open = rest.indexOf('{{')
    if (open !== 0) {
      const literal = open < 0 ? rest : rest.slice(0, open)
      pieces.push(() => literal)
      rest = rest.slice(literal.length)
      continue
    }
    const close = rest.indexOf('}}')
    if (close < 0) throw unsupported('"}}" is missing')
    pieces.push(parse(rest.slice(2, close).replace(/^-|-$/g, '')))
    rest = rest.slice(close + 2)
  }
  const [only] = pieces
  if (only && pieces.length === 1) return only
  return (input) => joined(...pieces.map((piece) => asText(piece(input))))
}
