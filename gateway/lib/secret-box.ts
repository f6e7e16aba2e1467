import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../domain/failure.ts'

/** Keeps small secrets (camera passwords) unreadable at rest; the key lies in a file of its own, apart from the database. */
export interface SecretBox {
  /** @returns printable text; the same secret seals differently each time */
  seal(text: string): string
  /** @throws Failure lost (`secret-damaged`) when the text was changed, cut, or sealed with another key */
  open(sealed: string): string
}

const version = 'v1.'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM with a random key in `<keysDir>/secret.key`, made at the first start.
 * @throws Failure lost (`key-damaged`) when the key file has another length than it was written with
 */
export function openSecretBox(keysDir: string): SecretBox {
  const key = loadOrCreateKey(join(keysDir, 'secret.key'), keyBytes)
  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return version + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url')
      if (!sealed.startsWith(version) || bytes.length < nonceBytes + tagBytes) throw damaged()
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      try {
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw damaged(cause)
      }
    },
  }
}

const damaged = (cause?: unknown) =>
  new Failure(
    'lost',
    'secret-damaged',
    'a stored password cannot be read with the key of this gateway; enter it again',
    {},
    { cause },
  )

/**
 * Reads a key of `bytes` bytes, or makes a random one: file mode 0600 in a folder of mode 0700. A crash leaves either no key or a whole one.
 * @throws Failure lost (`key-damaged`) when the file has another length; it is never replaced, since what it sealed would be lost
 */
export function loadOrCreateKey(file: string, bytes: number): Buffer {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  if (!existsSync(file)) createKey(file, randomBytes(bytes))
  // A copy from a backup may have come with wider rights.
  chmodSync(file, 0o600)
  const key = readFileSync(file)
  if (key.length !== bytes)
    throw new Failure(
      'lost',
      'key-damaged',
      `${file} holds ${key.length} bytes instead of ${bytes}; restore it from a backup`,
      {
        file,
      },
    )
  return key
}

function createKey(file: string, key: Buffer) {
  const temporary = `${file}.${process.pid}.new`
  const handle = openSync(temporary, 'w', 0o600)
  try {
    writeSync(handle, key)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
