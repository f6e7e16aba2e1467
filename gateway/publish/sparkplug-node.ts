import { decodePayload, encodePayload, type NewSparkplugMetric } from '../domain/sparkplug.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Point, Thing } from './things.ts'

export interface SparkplugMessage {
  readonly topic: string
  readonly payload: Uint8Array
}

interface Device {
  /** By metric name: what was said last. */
  readonly said: Map<string, NewSparkplugMetric['value']>
  /** Names and types, to see whether it must be born anew. */
  readonly shape: string
}

const rebirth = 'Node Control/Rebirth'

/**
 * A Sparkplug B edge node (Sparkplug 3.0, sections 4 to 6): each workshop is a device, and so is each site for its public areas. Births name
 * the metrics and their aliases; data has what changed, by alias alone. Pure: it gives messages, in the order in which they must be sent.
 */
export function sparkplugNode({ group, node, bdSeq }: { group: string; node: string; bdSeq: number }) {
  const topic = (kind: string, device?: string) =>
    `spBv1.0/${group}/${kind}/${node}${device === undefined ? '' : `/${device}`}`
  const aliases = new Map<string, number>()
  const devices = new Map<string, Device>()
  let deaths = bdSeq
  let seq = 0

  /** 0 to 255, one more with each message of the node but its death (6.4.5). */
  const nextSeq = () => {
    const now = seq
    seq = (seq + 1) % 256
    return now
  }
  function aliasOf(device: string, name: string): number {
    const key = `${device}/${name}`
    const alias = aliases.get(key) ?? aliases.size + 1
    aliases.set(key, alias)
    return alias
  }
  const bdSeqMetric = (): NewSparkplugMetric => ({ name: 'bdSeq', type: 'Int64', value: deaths })

  function bear(device: string, points: readonly Named[], nowUtcMs: UtcMs): SparkplugMessage {
    const metrics = points.map(({ name, point }) => ({ name, alias: aliasOf(device, name), ...valueOf(point) }))
    devices.set(device, { shape: shapeOf(points), said: new Map(metrics.map(({ name, value }) => [name, value])) })
    return {
      topic: topic('DBIRTH', device),
      payload: encodePayload({ timestampMs: nowUtcMs, seq: nextSeq(), metrics }),
    }
  }

  return {
    /** What this node hears: commands to itself. */
    commands: topic('NCMD'),
    /** The last will of the next connection, to be followed by `birth`: they belong together by their number (6.4.1). */
    will(nowUtcMs: UtcMs): SparkplugMessage {
      deaths = (deaths + 1) % 256
      return { topic: topic('NDEATH'), payload: encodePayload({ timestampMs: nowUtcMs, metrics: [bdSeqMetric()] }) }
    },
    /** The node and all of its devices: at the begin of a connection, and when a host asks for it. */
    birth(things: readonly Thing[], nowUtcMs: UtcMs): SparkplugMessage[] {
      seq = 0
      devices.clear()
      const metrics: NewSparkplugMetric[] = [bdSeqMetric(), { name: rebirth, type: 'Boolean', value: false }]
      const born = {
        topic: topic('NBIRTH'),
        payload: encodePayload({
          timestampMs: nowUtcMs,
          seq: nextSeq(),
          metrics: metrics.map((metric) => ({ ...metric, timestampMs: nowUtcMs })),
        }),
      }
      return [born, ...[...byDevice(things)].map(([device, points]) => bear(device, points, nowUtcMs))]
    },
    /** What changed since. A device with other metrics than before is born anew, one without any is dead. */
    data(things: readonly Thing[], nowUtcMs: UtcMs): SparkplugMessage[] {
      const messages: SparkplugMessage[] = []
      const now = byDevice(things)
      for (const [device, points] of now) {
        const before = devices.get(device)
        if (!before || before.shape !== shapeOf(points)) {
          messages.push(bear(device, points, nowUtcMs))
          continue
        }
        const metrics: NewSparkplugMetric[] = []
        for (const { name, point } of points) {
          const said = valueOf(point)
          if (before.said.get(name) === said.value) continue
          before.said.set(name, said.value)
          // The unit was in the birth.
          const { unit: _, ...rest } = said
          metrics.push({ alias: aliasOf(device, name), ...rest })
        }
        if (metrics.length > 0)
          messages.push({
            topic: topic('DDATA', device),
            payload: encodePayload({ timestampMs: nowUtcMs, seq: nextSeq(), metrics }),
          })
      }
      for (const device of devices.keys()) {
        if (now.has(device)) continue
        devices.delete(device)
        messages.push({
          topic: topic('DDEATH', device),
          payload: encodePayload({ timestampMs: nowUtcMs, seq: nextSeq(), metrics: [] }),
        })
      }
      return messages
    },
    /** Is this a command to say everything again? */
    asksForBirth(heard: string, payload: Uint8Array): boolean {
      if (heard !== topic('NCMD')) return false
      const found = decodePayload(payload)?.metrics.find(({ name }) => name === rebirth)
      return found?.value?.as === 'whole' && found.value.lo !== 0
    },
    /** A topic of this node, whoever sends it. */
    owns(heard: string): boolean {
      const [space, itsGroup, , itsNode] = heard.split('/')
      return space === 'spBv1.0' && itsGroup === group && itsNode === node
    },
  }
}
export type SparkplugNode = ReturnType<typeof sparkplugNode>

interface Named {
  readonly name: string
  readonly point: Point
}

/** Metrics by device: `cameras/<id>/recording`, `sensors/<id>/<metric>`. What stands nowhere is left out. */
function byDevice(things: readonly Thing[]): Map<string, Named[]> {
  const found = new Map<string, Named[]>()
  for (const { id, type, place, points } of things) {
    if (place === null || points.length === 0) continue
    const named = points.map((point) => ({ name: `${type}s/${id}/${point.key}`, point }))
    found.set(place, [...(found.get(place) ?? []), ...named])
  }
  return found
}

const types = { number: 'Double', binary: 'Boolean', word: 'String' } as const
const shapeOf = (points: readonly Named[]) =>
  JSON.stringify(points.map(({ name, point }) => [name, types[point.value.type], point.unit]))

function valueOf({ value, unit, utcMs }: Point) {
  return {
    timestampMs: Math.round(utcMs),
    type: types[value.type],
    value: value.now,
    ...(unit === null ? {} : { unit }),
  } satisfies NewSparkplugMetric
}
