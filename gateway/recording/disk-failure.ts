import { Failure, toFailure } from '../domain/failure.ts'

/**
 * An error of the file system or of the index file in our words: `disk-full`, or `disk-away` for everything else a disk can say.
 * What is no such error stays what it is.
 */
export function diskFailure(cause: unknown, path: string): Failure {
  if (cause instanceof Failure) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL)$/.test(code))
    return new Failure('busy', 'disk-full', 'the recordings disk is full', { path }, { cause })
  if (/^(E[A-Z0-9]+$|SQLITE_(IOERR|READONLY|CANTOPEN|CORRUPT|BUSY))/.test(code))
    return new Failure('away', 'disk-away', `the recordings disk answers ${code}`, { path, errno: code }, { cause })
  return toFailure(cause)
}
