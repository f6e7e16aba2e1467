import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import { screens } from './screens.ts'
import { sessions } from './sessions.ts'

/** Who may come in, who is in, and what they did. */
export function access(parts: { readonly store: Store; readonly tools: Tools }) {
  const people = accounts(parts)
  const signedIn = sessions(parts, people)
  return { people, signedIn, screens: screens(parts, signedIn), audit: audit(parts) }
}
