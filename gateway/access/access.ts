import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import { sessions } from './sessions.ts'

/** Who may come in, who is in, and what they did. */
export function access(parts: { readonly store: Store; readonly tools: Tools }) {
  const people = accounts(parts)
  return { people, signedIn: sessions(parts, people), audit: audit(parts) }
}
