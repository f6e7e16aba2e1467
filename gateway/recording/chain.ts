import { createHash } from 'node:crypto'

/** Of a whole fragment, in pieces, it is the fragment's link in the camera's chain, see `media/link.ts`. */
export function sha256(...pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}
