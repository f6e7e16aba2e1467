import { Failure } from './failure.ts'

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'mark' | 'end'
  readonly text: string
}

const pattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<mark>==|!=|<=|>=|\/\/|[-+*/%~<>().,[\]|]))/y

export const unsupported = (what: string): Failure =>
  new Failure('invalid', 'template-unsupported', `this template is not understood: ${what}`, { what })

/** Cuts the inside of `{{ }}` into tokens. @throws Failure invalid (`template-unsupported`) */
export function tokens(source: string): Token[] {
  const found: Token[] = []
  pattern.lastIndex = 0
  const length = source.trimEnd().length
  while (pattern.lastIndex < length) {
    const at = pattern.lastIndex
    const groups = pattern.exec(source)?.groups
    if (!groups) throw unsupported(source.slice(at, at + 40))
    const quoted = groups.single ?? groups.double
    if (quoted !== undefined) found.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') })
    else if (groups.number !== undefined) found.push({ kind: 'number', text: groups.number })
    else if (groups.name !== undefined) found.push({ kind: 'name', text: groups.name })
    else found.push({ kind: 'mark', text: groups.mark ?? '' })
    if (found.length > 400) throw unsupported('too long')
  }
  found.push({ kind: 'end', text: '' })
  return found
}
