import { createRequire } from 'node:module'

/** A parsed XML element: child elements by name (prefix removed, first letter lower-case), each a list; text is a string or under `_`, attributes under `$`. */
export interface SoapNode {
  readonly [name: string]: readonly SoapValue[]
}
export type SoapValue = SoapNode | string

type ParseSoapString = (
  xml: string,
  done: (error: Error | null, body: readonly SoapValue[] | null | '') => void,
) => void

// The package's own parser is no part of its typed interface. It is used because its typed results turn text that looks like
// a number into one: firmware "5.10" became 5.1, and the profile token "0" was taken for none.
const { parseSOAPString } = createRequire(import.meta.url)('onvif/lib/utils.js') as { parseSOAPString: ParseSoapString }

/** @returns the SOAP body, a fault included; undefined when the text is no SOAP envelope. Never throws. */
export function parseSoapBody(xml: string): SoapNode | undefined {
  let body: SoapValue | undefined
  parseSOAPString(xml, (_error, elements) => {
    body ??= elements ? elements[0] : undefined
  })
  return typeof body === 'object' ? body : undefined
}

/** Child elements of that name; text-only ones are left out. */
export function children(node: SoapNode | undefined, name: string): readonly SoapNode[] {
  const list = node?.[name]
  return Array.isArray(list) ? list.filter((value): value is SoapNode => typeof value === 'object') : []
}

/** The first descendant along `names`. */
export function descend(node: SoapNode | undefined, ...names: readonly string[]): SoapNode | undefined {
  return names.reduce<SoapNode | undefined>((here, name) => children(here, name)[0], node)
}

/** The trimmed text of the first child of that name, at most `most` characters; null when there is none or it is empty. */
export function textOf(node: SoapNode | undefined, name: string, most = 200): string | null {
  const first = node?.[name]?.[0]
  const text = typeof first === 'object' ? (first as unknown as { _?: unknown })._ : first
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, most) : null
}

/** An attribute of the node. */
export function attributeOf(node: SoapNode | undefined, name: string): string | null {
  const attributes = (node as unknown as { $?: Record<string, unknown> } | undefined)?.$
  const value = attributes?.[name]
  return typeof value === 'string' ? value : null
}

/** The text of a child as a positive number; null when it is none. */
export function numberOf(node: SoapNode | undefined, name: string): number | null {
  const number = Number(textOf(node, name) ?? Number.NaN)
  return Number.isFinite(number) && number > 0 ? number : null
}
