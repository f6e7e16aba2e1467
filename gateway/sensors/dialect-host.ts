import type { Said } from '../domain/dialect.ts'
import type { Packet } from '../domain/reading.ts'
import { leanFilters } from '../domain/topic.ts'
import { minutes, type UtcMs } from '../domain/units.ts'
import type { DeviceTable } from './device-table.ts'
import { type Heard, type hearing, newHeard } from './hearing.ts'
import type { OpenDialect } from './open-dialect.ts'
import type { saidTable } from './said-table.ts'

export interface HostOptions {
  readonly dialects: readonly OpenDialect[]
  readonly table: DeviceTable
  readonly hearing: ReturnType<typeof hearing>
  readonly memory: ReturnType<typeof saidTable>
  /** Topics on which the gateway itself speaks. */
  readonly isOwn: (topic: string) => boolean
  /** Is there a sensor under names of this prefix? */
  readonly hasSensors: (prefix: string) => boolean
  /** Sends a message to devices; nobody waits for it. */
  readonly ask: (topic: string, payload: string | Uint8Array) => void
}

interface Route {
  /** Whose a topic is: the first one's, and the others' as far as sensors were placed under their names. Empty: nobody's. */
  readonly owners: readonly OpenDialect[]
  /** It cannot be stored and shown as it is. */
  readonly isBadTopic: boolean
}

const mostRoutes = 20_000
const longestTopic = 400
/** A bridge may describe all that is behind it at length; dialects have narrower bounds for what is no such thing. */
const longestBytes = 4 * 1024 * 1024
const asksRestMs = minutes(1)
const mostAsks = 2_000

/** Asks each dialect whose a message is, keeps what must be known after a restart, and hands on what was said. */
export function dialectHost({ dialects, table, hearing, memory, isOwn, hasSensors, ask }: HostOptions) {
  const routes = new Map<string, Route>()
  const askedUtcMs = new Map<string, UtcMs>()
  /** Something was announced: devices that Home Assistant's or plain JSON's dialect found before may be the same ones. */
  let hasNews = { forHomeAssistant: false, forJson: false }

  function routeOf(topic: string): Route {
    const found = routes.get(topic)
    if (found) return found
    const isLong = topic.length > longestTopic
    const owners = isOwn(topic) ? [] : dialects.filter(({ owns }) => owns(topic))
    const route = { owners, isBadTopic: isLong || /\p{Cc}/u.test(topic) }
    if (isLong) return route
    if (routes.size >= mostRoutes) routes.clear()
    routes.set(topic, route)
    return route
  }

  function remember({ topic, payload, receivedUtcMs }: Packet, { source }: OpenDialect, what: Said['memory']) {
    if (what === 'keep') memory.keep(topic, source, payload, receivedUtcMs)
    else if (what === 'forget') memory.forget(topic)
  }

  function sendAsks(asks: NonNullable<Said['asks']>, nowUtcMs: UtcMs) {
    for (const { topic, payload } of asks) {
      const before = askedUtcMs.get(topic)
      // A clock that steps back does not silence it.
      if (before !== undefined && nowUtcMs >= before && nowUtcMs - before < asksRestMs) continue
      if (askedUtcMs.size >= mostAsks) askedUtcMs.clear()
      askedUtcMs.set(topic, nowUtcMs)
      ask(topic, payload)
    }
  }

  function hearFrom(dialect: OpenDialect, packet: Packet, heard: Heard, isSecond: boolean) {
    const said = dialect.decode(packet)
    const wasChanged = heard.changesDiscovery
    hearing.hear(dialect.prefix, said, packet, heard, { isSecond })
    if (isSecond) return
    if (said.memory) remember(packet, dialect, said.memory)
    if (said.asks && said.asks.length > 0) sendAsks(said.asks, packet.receivedUtcMs)
    if (said.memory || (said.gone && said.gone.length > 0) || (heard.changesDiscovery && !wasChanged)) {
      // Plain JSON owns by its templates alone.
      if (dialect.source === 'json') return
      routes.clear()
      hasNews = { forHomeAssistant: hasNews.forHomeAssistant || dialect.source !== 'home-assistant', forJson: true }
    }
  }

  /** Reads again what was kept: devices as they were announced, without readings. */
  function replay(dialect: OpenDialect): Heard[] {
    return memory.of(dialect.source).map(({ topic, payload, saidUtcMs }) => {
      const packet: Packet = { topic, payload, qos: 0, retain: true, receivedUtcMs: saidUtcMs }
      const heard = newHeard(packet)
      hearing.hear(dialect.prefix, dialect.decode(packet), packet, heard, { isReplay: true })
      return heard
    })
  }
  for (const dialect of dialects) replay(dialect)

  return {
    filters: (): string[] => leanFilters(dialects.flatMap(({ filters }) => filters())),

    /** @returns undefined for topics that are nobody's */
    hear(packet: Packet): Heard | undefined {
      const { topic, payload } = packet
      const { owners, isBadTopic } = routeOf(topic)
      const [first] = owners
      if (!first) return undefined
      const heard = newHeard(packet)
      if (payload.byteLength > longestBytes) hearing.refuse(heard, 'too-large', undefined, packet)
      else if (isBadTopic) hearing.refuse(heard, 'bad-topic', undefined, packet)
      else {
        hearFrom(first, packet, heard, false)
        for (let at = 1; at < owners.length; at++) {
          const other = owners[at]
          if (other && hasSensors(other.prefix)) hearFrom(other, packet, heard, true)
        }
      }
      return heard
    },

    /** Takes devices out of the inbox that a dialect with more to say has found since. @returns whether there were any */
    dropOverlaps(): boolean {
      const { forHomeAssistant, forJson } = hasNews
      hasNews = { forHomeAssistant: false, forJson: false }
      if (!forJson) return false
      let isChanged = false
      if (forHomeAssistant)
        for (const dialect of dialects)
          if (dialect.source === 'home-assistant')
            isChanged = replay(dialect).some(({ changesDiscovery }) => changesDiscovery) || isChanged
      for (const device of table.named('json:').values()) {
        if (!device.candidate || device.candidate.isIgnored || device.sensorId !== null) continue
        const [owner] = routeOf(device.candidate.topic).owners
        if (!owner || owner.source === 'json') continue
        table.drop(device)
        isChanged = true
      }
      return isChanged
    },
  }
}
export type DialectHost = ReturnType<typeof dialectHost>
