import type { Packet } from '../domain/reading.ts'
import { type Millis, seconds } from '../domain/units.ts'
import type { Task, Tools } from '../lib/supervise.ts'
import { connection, type Link } from './connection.ts'
import type { Place } from './place.ts'
import type { SessionBook } from './session-book.ts'
import { unsubscribe } from './subscriptions.ts'

export interface FarewellOptions {
  readonly place: Place
  readonly clientId: string
  readonly take: (packet: Packet) => Promise<void>
  readonly book: SessionBook
  readonly tools: Tools
}

/** A broker that has something queued sends it at once; after this long without any it has nothing more. */
const quietMs: Millis = seconds(3)

/**
 * Ends the session of a connection that the configuration no longer has: takes what the broker kept for it, and makes it forget. Otherwise
 * it would go on getting its share of every message, for nobody.
 */
export function farewell({ place, clientId, take, book, tools }: FarewellOptions): Task {
  const { clock, log } = tools
  return {
    name: `mqtt-farewell ${clientId}`,
    async runOnce(signal) {
      const done = new AbortController()
      const until = AbortSignal.any([signal, done.signal])
      let lastMs = clock.monotonic()
      let taken = 0
      const counted = (packet: Packet) => {
        lastMs = clock.monotonic()
        taken++
        return take(packet)
      }
      const onUp = async (link: Link) => {
        await unsubscribe(link.mqtt, book.filtersOf(clientId))
        lastMs = clock.monotonic()
        while (!until.aborted && (link.waiting > 0 || clock.monotonic() - lastMs < quietMs))
          await clock.sleep(100, until)
        done.abort()
      }
      await connection({ place, clientId, take: counted, onUp, tools }, until)
      if (signal.aborted) return
      const gone = new AbortController()
      const onClean = async () => gone.abort()
      await connection(
        { place, clientId, clean: true, take, onUp: onClean, tools },
        AbortSignal.any([signal, gone.signal]),
      )
      book.forget(clientId)
      log.info({ clientId, taken }, 'a connection that is no longer configured was taken back from the MQTT broker')
    },
  }
}
