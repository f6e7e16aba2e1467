import type { Dialect, ReadingSaid, Said } from '../../domain/dialect.ts'
import { deviceTime } from '../../domain/payload.ts'
import { days, seconds } from '../../domain/units.ts'
import { type Devices, hear, isObject, notRead, objectOf, textOf, type Who } from './fields.ts'
import { deviceLost, heardBy, onlineWord, type Receivers, receivers } from './receivers.ts'
import { componentFields, isComponent } from './shelly-fields.ts'

interface Speaker {
  /** `src` of its notifications, which is model and MAC address; its prefix where it sent whole components before. */
  readonly id: string
  /** It sleeps between reports and wakes up this often at least; null while it is not known to sleep. */
  wakesEveryS: number | null
  /** Values that came by one of its two ways of telling a status, and not yet by the other. */
  readonly echoes: { readonly rpc: Map<string, number>; readonly status: Map<string, number> }
}
interface ShellyState {
  readonly devices: Devices
  readonly receivers: Receivers
  /** By topic prefix, which people may change. */
  readonly speakers: Map<string, Speaker>
}

const maxSpeakers = 1_000
const maxEchoes = 64
const longestSleepS = 7 * 86_400
/** What does not change, or by less than a threshold, is not said again: whether the device is there its will says, and not its pace. */
const unchangedMs = days(1)
/** Whole components are rounded to a tenth, notifications are not. */
const rounding = 0.05

/**
 * Shelly from the second generation on (shelly-api-docs.shelly.cloud/gen2: Notifications, MQTT, and each component): below its topic prefix a
 * device sends notifications (`events/rpc`), whole components where that is switched on (`status/<component:id>`), and `online`, its will.
 */
export const shellyDialect: Dialect<ShellyState> = {
  source: 'shelly',
  prefix: 'shelly:',
  begin: () => ({ devices: new Map(), receivers: receivers(), speakers: new Map() }),
  filters: ({ speakers }) => [
    // People put prefixes of several levels: `shellies/hall/east/ht8554`.
    '+/events/rpc',
    '+/+/events/rpc',
    '+/+/+/events/rpc',
    '+/+/+/+/events/rpc',
    '+/online',
    '+/status/+',
    ...[...speakers.keys()]
      .filter((prefix) => prefix.includes('/'))
      .flatMap((prefix) => [`${prefix}/online`, `${prefix}/status/+`]),
  ],
  owns(topic, { speakers }) {
    const { prefix, way, component } = waysOf(topic)
    if (way === null || prefix === '' || /[+#\0]/.test(prefix)) return false
    const isTelling = way === 'rpc' || (way === 'status' && component.includes(':'))
    return isTelling || speakers.has(prefix) || isOwnName(prefix)
  },
  decode({ topic, payload, retain }, state) {
    const { prefix, way, component } = waysOf(topic)
    if (way === 'rpc') return notified(state, prefix, payload, retain)
    const known = state.speakers.get(prefix)
    if (way === 'online') return online(state.receivers, known?.id ?? prefix, known, payload)
    const read = objectOf(payload, known?.id ?? prefix)
    if (read.fields === null) return read.said
    const speaker = known ?? newSpeaker(state, prefix, prefix)
    if (speaker === null) return notRead('too-many-candidates')
    const heard = hear(state.devices, whoIs(speaker), componentFields(component, read.fields), null)
    const said = alive(state.receivers, speaker.id, heard, retain)
    const fresh = retain ? said : withoutEchoes(said, speaker.echoes.rpc, speaker.echoes.status)
    return known || isOwnName(prefix) ? fresh : { ...fresh, memory: 'keep' }
  },
}

/** Topics of devices that nobody gave another prefix: `shellyplusht-08b61fce63c4`. */
const isOwnName = (prefix: string) => /^shelly[a-z0-9]+-[0-9a-f]{6,16}$/i.test(prefix)

function waysOf(topic: string): { prefix: string; way: 'rpc' | 'status' | 'online' | null; component: string } {
  const parts = topic.split('/')
  const last = parts.pop() ?? ''
  if (last === 'online') return { prefix: parts.join('/'), way: 'online', component: '' }
  const before = parts.pop()
  const way = before === 'events' && last === 'rpc' ? 'rpc' : before === 'status' && isComponent(last) ? 'status' : null
  return { prefix: parts.join('/'), way, component: last }
}

/** @returns null when there is no room for a further one */
function newSpeaker({ speakers }: ShellyState, prefix: string, id: string): Speaker | null {
  if (speakers.size >= maxSpeakers && !speakers.has(prefix)) return null
  const speaker = { id, wakesEveryS: null, echoes: { rpc: new Map(), status: new Map() } }
  speakers.set(prefix, speaker)
  return speaker
}

function whoIs({ id, wakesEveryS }: Speaker): Who {
  // `shellyplusht-08b61fce63c4`: the model is before the address.
  const model = isOwnName(id) ? (id.split('-')[0] ?? null) : null
  return { device: id, name: id, model, expiresMs: wakesEveryS === null ? unchangedMs : 3 * seconds(wakesEveryS) }
}

/** `online` is false while a battery device sleeps, which it does between any two reports: that is no news of it. */
function online(known: Receivers, device: string, speaker: Speaker | undefined, payload: Uint8Array): Said {
  const alive = onlineWord(payload)
  if (alive === undefined || (!alive && speaker !== undefined && speaker.wakesEveryS !== null)) return {}
  if (!alive) return { liveness: deviceLost(known, device) }
  heardBy(known, device, device)
  return { liveness: [{ device, alive }] }
}

/** A will may be late: who speaks is there. */
function alive(known: Receivers, device: string, said: Said, retain: boolean): Said {
  const liveness = retain ? [] : heardBy(known, device, device)
  return liveness.length > 0 ? { ...said, liveness } : said
}

function notified(state: ShellyState, prefix: string, payload: Uint8Array, retain: boolean): Said {
  const before = state.speakers.get(prefix)
  const read = objectOf(payload, before?.id ?? null)
  if (read.fields === null) return read.said
  const { src, method, params } = read.fields
  const id = textOf(src)
  if (id === null || typeof method !== 'string' || !isObject(params)) return notRead('no-values', before?.id)
  if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') return {}
  // Known by its prefix already, it keeps that name: the sensor that was placed under it goes on.
  const isKnown = before !== undefined && (before.id === id || before.id === prefix)
  const speaker = isKnown ? before : newSpeaker(state, prefix, id)
  if (speaker === null) return notRead('too-many-candidates')
  const { sys } = params
  const wakesEveryS =
    isObject(sys) && typeof sys.wakeup_period === 'number' && sys.wakeup_period > 0 ? sys.wakeup_period : null
  const isNews = (!isKnown && prefix !== id) || (wakesEveryS !== null && speaker.wakesEveryS === null)
  // What was announced of it before lasts longer or shorter now.
  if (wakesEveryS !== null && speaker.wakesEveryS === null) state.devices.delete(speaker.id)
  if (wakesEveryS !== null) speaker.wakesEveryS = Math.min(wakesEveryS, longestSleepS)
  // A delta: components, and values in them, that did not change are left out.
  const fields = Object.entries(params).flatMap(([component, status]) =>
    isComponent(component) && isObject(status) ? componentFields(component, status) : [],
  )
  const heard = hear(state.devices, whoIs(speaker), fields, deviceTime(params))
  const said = alive(state.receivers, speaker.id, heard, retain)
  // What was kept from before has no echo now.
  const fresh = retain ? said : withoutEchoes(said, speaker.echoes.status, speaker.echoes.rpc)
  // Whose the other topics of a prefix are, and that it sleeps, is learned here.
  return isNews ? { ...fresh, memory: 'keep' } : fresh
}

/** A device with both ways switched on says each value twice: the second time it is left out. */
function withoutEchoes(said: Said, other: Map<string, number>, own: Map<string, number>): Said {
  if (!said.readings) return said
  const readings: ReadingSaid[] = []
  for (const reading of said.readings) {
    const { metric, value } = reading
    const said = other.get(metric)
    if (said !== undefined && Math.abs(said - value) <= rounding) {
      other.delete(metric)
      continue
    }
    if (own.size < maxEchoes || own.has(metric)) own.set(metric, value)
    readings.push(reading)
  }
  return { ...said, readings }
}
