import { createHash } from 'node:crypto'

/** The link before a camera's first fragment. */
export const firstLink: Uint8Array = new Uint8Array(32)

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Each link covers the one before it and one fragment: nothing can be taken out, put in or swapped without a trace. */
export const nextLink = (link: Uint8Array, fragmentSha256: Uint8Array): Uint8Array => sha256(link, fragmentSha256)
