import type { Failure } from '../domain/failure.ts'
import { minutes, seconds } from '../domain/units.ts'
import type { Retry } from '../lib/supervise.ts'
import { gapReasonOf } from './stream-errors.ts'

/** Cameras come back: they are tried often, and soon after a connection that was good for a while. */
const often: Retry = { firstMs: seconds(1), capMs: seconds(30), calmMs: seconds(20) }
/** A wrong password does not mend itself, and many cameras lock the account after five or seven tries. */
const seldom: Retry = { ...often, firstMs: minutes(1), capMs: minutes(10) }

export const cameraRetry = (failure: Failure | undefined): Retry =>
  failure && gapReasonOf(failure) === 'camera-denied' ? seldom : often
