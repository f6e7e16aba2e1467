import { deviceClass } from './ha-classes.ts'
import type { Point, Thing } from './things.ts'

export interface Announcer {
  /** Home Assistant's discovery prefix. */
  readonly prefix: string
  readonly gatewayId: string
  /** Of the gateway. */
  readonly version: string
}

/** Topics under which everything about the gateway's things stands. */
export const ownTopics = (gatewayId: string) => `zone-gateway/${gatewayId}/`
/** Where the configuration topics of this gateway's devices begin; see `originName`. */
export const ownConfigs = ({ prefix, gatewayId }: Pick<Announcer, 'prefix' | 'gatewayId'>) =>
  `${prefix}/device/zone-gateway-${gatewayId}-`
/** Said in every announcement (`o`), so that it is known for what it is. */
export const originName = 'zone-gateway'

/**
 * Everything that must stand retained on the broker for these things, by topic: for each its announcement (device based discovery), its
 * state and whether it is known. Sensors that announce themselves to Home Assistant are left out: it has them already.
 */
export function haMessages(things: readonly Thing[], announcer: Announcer): Map<string, string> {
  const messages = new Map<string, string>()
  for (const thing of things) {
    if (thing.announcesItself || thing.points.length === 0) continue
    const base = `${ownTopics(announcer.gatewayId)}${thing.type}/${thing.id}`
    messages.set(
      `${ownConfigs(announcer)}${thing.type}-${thing.id}/config`,
      JSON.stringify(config(thing, base, announcer)),
    )
    messages.set(`${base}/state`, JSON.stringify(Object.fromEntries(thing.points.map(stateOf))))
    messages.set(`${base}/availability`, thing.isKnown ? 'online' : 'offline')
  }
  return messages
}

function config(thing: Thing, base: string, { gatewayId, version }: Announcer) {
  const unique = `zone-gateway-${gatewayId}-${thing.type}-${thing.id}`
  return {
    dev: {
      ids: [unique],
      name: thing.name,
      ...(thing.maker === null ? {} : { mf: thing.maker }),
      ...(thing.model === null ? {} : { mdl: thing.model }),
      ...(thing.areaName === null ? {} : { sa: thing.areaName }),
    },
    o: { name: originName, sw: version },
    stat_t: `${base}/state`,
    // The gateway's own state is its last will: without the gateway nobody knows.
    avty: [
      {
        t: `${ownTopics(gatewayId)}state`,
        val_tpl: "{{ 'online' if value_json.online else 'offline' }}",
      },
      { t: `${base}/availability` },
    ],
    avty_mode: 'all',
    qos: 1,
    cmps: Object.fromEntries(thing.points.map((point) => [plainKey(point.key), component(point, unique)])),
  }
}

function component({ key, name, unit, kind, value }: Point, unique: string) {
  const plain = plainKey(key)
  const common = { name, uniq_id: `${unique}-${plain}`, val_tpl: `{{ value_json['${plain}'] }}` }
  if (value.type === 'word') return { p: 'sensor', ...common, dev_cla: 'enum', ops: value.words, ent_cat: 'diagnostic' }
  const dev_cla = deviceClass(value.type, kind, unit)
  const isA = dev_cla === undefined ? {} : { dev_cla }
  if (value.type === 'binary') return { p: 'binary_sensor', ...common, ...isA, pl_on: 'ON', pl_off: 'OFF' }
  return { p: 'sensor', ...common, ...isA, ...(unit === null ? {} : { unit_of_meas: unit }), stat_cla: 'measurement' }
}

/** What is not known is null: Home Assistant shows it as unknown. */
function stateOf({ key, value }: Point): [string, string | number | null] {
  if (value.type !== 'binary') return [plainKey(key), value.now]
  return [plainKey(key), value.now === null ? null : value.now ? 'ON' : 'OFF']
}

/** A key that may stand in a template and in ids: itself when it is plain, else with a mark of what was left out (FNV-1a). */
export function plainKey(key: string): string {
  if (/^[A-Za-z0-9_]+$/.test(key)) return key
  let hash = 0x811c9dc5
  for (const letter of key) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return `${key.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 40)}_${hash.toString(16).padStart(8, '0')}`
}
