import { minutes, type Millis } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'

/**
 * What the embedded broker refuses: a wrong user or password; a login too soon after wrong ones; the client id of another account; a topic
 * without a right to it; a topic of the broker or the gateway; a packet that is too long; a retained message without room; a message that
 * could not be kept, e.g. on a full disk.
 */
export const refusalReasons = [
  'login',
  'login-paused',
  'client-id',
  'publish-right',
  'subscribe-right',
  'own-topic',
  'packet-too-long',
  'retained-full',
  'not-kept',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

export interface RefusalFacts {
  readonly user?: string
  readonly client?: string
  readonly topic?: string
  readonly address?: string
}

const sayAgainMs: Millis = minutes(1)
/** Beyond this many speakers the oldest is forgotten. */
const keptSpeakers = 1_000

/** Counts every refusal; says one of a kind and speaker at most once a minute, with how many there were since. */
export function refusals({ clock, log }: Tools) {
  const counts = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<RefusalReason, number>
  const said = new Map<string, { atMs: Millis; since: number }>()
  return {
    counts: counts as Readonly<Record<RefusalReason, number>>,
    /** @param cause of what is a fault of the gateway: said as an error */
    note(reason: RefusalReason, facts: RefusalFacts, cause?: unknown): void {
      counts[reason]++
      const key = `${reason} ${facts.user ?? facts.address ?? ''}`
      const before = said.get(key)
      if (before && clock.monotonic() - before.atMs < sayAgainMs) {
        before.since++
        return
      }
      const line = { code: `mqtt-${reason}`, ...facts, silently: before?.since ?? 0 }
      if (cause === undefined) log.warn(line, sentences[reason])
      else log.error({ ...line, err: cause }, sentences[reason])
      said.delete(key)
      said.set(key, { atMs: clock.monotonic(), since: 0 })
      for (const oldest of said.keys()) {
        if (said.size <= keptSpeakers) break
        said.delete(oldest)
      }
    },
  }
}
export type Refusals = ReturnType<typeof refusals>

const sentences: Record<RefusalReason, string> = {
  login: 'an MQTT client is refused: wrong user or password',
  'login-paused': 'an MQTT client is refused unheard: too many wrong logins from there',
  'client-id': 'an MQTT client is refused: another account is connected under its client id',
  'publish-right': 'an MQTT client is cut off: its account may not publish on this topic',
  'subscribe-right': 'an MQTT subscription is refused: the account may not hear this',
  'own-topic': 'an MQTT client is cut off: the topic belongs to the gateway',
  'packet-too-long': 'an MQTT client is cut off: its packet is too long',
  'not-kept': 'a message is not kept and not acknowledged; its connection ends',
  'retained-full': 'there is no room for further retained messages: they are passed on, not kept',
}
