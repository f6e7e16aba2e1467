import type { CloseCode } from '../../gateway/contract/live.ts'
import type { RefusedCode } from './play-state.ts'

/** The contract's close codes, spelled again because the dashboard takes only types from the contract; tsc compares both. */
export const closeCode: typeof CloseCode = {
  login: 4401,
  forbidden: 4403,
  missing: 4404,
  invalid: 4400,
  slow: 4429,
  draining: 4503,
}

const final = new Map<number, RefusedCode>([
  [closeCode.login, 'login'],
  [closeCode.forbidden, 'forbidden'],
  [closeCode.missing, 'missing'],
  [closeCode.invalid, 'invalid'],
])

/** @returns why trying again is of no use, or undefined when it is */
export const finalReason = (code: number): RefusedCode | undefined => final.get(code)
