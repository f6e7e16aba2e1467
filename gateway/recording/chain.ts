import { createHash } from 'node:crypto'

/** Of a whole fragment it is the fragment's link in the camera's chain, see `media/link.ts`. */
export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
