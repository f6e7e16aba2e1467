import type { DeviceSaid, Dialect, LivenessSaid, NotRead, ReadingSaid, Said } from '../../domain/dialect.ts'
import { Failure } from '../../domain/failure.ts'
import { deviceTime, parsePayload, type Payload, toValue } from '../../domain/payload.ts'
import type { Packet, QuarantineReason } from '../../domain/reading.ts'
import { asText } from '../../domain/template-functions.ts'
import type { Template } from '../../domain/value-template.ts'
import type { HaComponent } from './home-assistant-component.ts'
import { readConfig, readConfigTopic } from './home-assistant-config.ts'
import { type Bound, deviceSaid, type HaHeld, type HaIndex, haIndex, type Watch } from './home-assistant-index.ts'

export interface HomeAssistantSettings {
  /** Of discovery topics, e.g. `homeassistant`. */
  readonly prefix: string
  /** Does a dialect that goes before this one own the topic? Then the device is known by that one, and not offered a second time. */
  readonly isTaken: (topic: string) => boolean
}

/** The gateway announces its own cameras and sensors with this origin: they are no news to it. */
const ownOrigin = 'zone-gateway'
/** A device of a bridge may have hundreds of components in one message. */
const longestConfigBytes = 4 * 1024 * 1024

/** Devices that announce themselves to Home Assistant: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery. */
export function homeAssistantDialect({ prefix, isTaken }: HomeAssistantSettings): Dialect<HaIndex> {
  const isOffered = ({ component }: Bound) => !isTaken(component.stateTopic)

  /** The device as it is now; one that has no part of its own left is taken back. */
  function tell(device: string, held: HaHeld): Said {
    const said = deviceSaid(device, held, isOffered)
    if (said.metrics.length > 0) {
      held.isAnnounced = true
      return { devices: [said] }
    }
    const gone = held.isAnnounced ? [device] : []
    held.isAnnounced = false
    return { gone }
  }

  function announced({ topic, payload }: Packet, index: HaIndex): Said {
    const configTopic = readConfigTopic(prefix, topic)
    if (!configTopic) return {}
    if (payload.byteLength === 0) {
      const left = index.remove(topic)
      return { memory: 'forget', ...(left && tell(left.device, left.held)) }
    }
    const read = parsePayload(payload, longestConfigBytes)
    if ('reason' in read) return { notRead: [{ reason: read.reason, device: null }] }
    try {
      const config = readConfig(configTopic, read.text)
      if (!config || config.origin === ownOrigin) return {}
      // A device of lamps alone, or one that has none of its sensors left.
      if (config.components.length === 0) {
        const left = index.remove(topic)
        return left ? { memory: 'forget', ...tell(left.device, left.held) } : {}
      }
      const outcome = index.set(topic, config)
      if (typeof outcome === 'string') return { notRead: [{ reason: outcome, device: config.device }] }
      const now = tell(outcome.device, outcome.held)
      const before = outcome.left ? tell(outcome.left.device, outcome.left.held) : {}
      const notRead = config.refused.length > 0 ? [{ reason: 'bad-discovery', device: config.device } as const] : []
      const devices: DeviceSaid[] = [...(before.devices ?? []), ...(now.devices ?? [])]
      return { memory: 'keep', devices, gone: [...(before.gone ?? []), ...(now.gone ?? [])], notRead }
    } catch (cause) {
      if (!(cause instanceof Failure) || cause.kind !== 'invalid') throw cause
      return { notRead: [{ reason: 'bad-discovery', device: null }] }
    }
  }

  return {
    source: 'home-assistant',
    prefix: 'ha:',
    begin: haIndex,
    filters: ({ bounds, watches }) => [
      `${prefix}/+/+/config`,
      `${prefix}/+/+/+/config`,
      ...new Set([...bounds.keys(), ...watches.keys()]),
    ],
    owns: (topic, { bounds, watches }) =>
      bounds.has(topic) || watches.has(topic) || readConfigTopic(prefix, topic) !== undefined,
    decode(packet, index) {
      const { topic } = packet
      const bounds = index.bounds.get(topic)
      const watches = index.watches.get(topic)
      if (!bounds && !watches) return announced(packet, index)
      if (packet.payload.byteLength === 0) return {}
      const payload = parsePayload(packet.payload)
      if ('reason' in payload) return { notRead: [{ reason: payload.reason, device: bounds?.[0]?.device ?? null }] }
      const liveness = watches ? hear(watches, payload, index) : undefined
      return bounds ? { ...values(bounds, payload, watches !== undefined), liveness } : { liveness }
    },
  }
}

/** All values of a message, those that are good beside those that are bad. */
function values(bounds: readonly Bound[], payload: Payload, isElse: boolean): Pick<Said, 'readings' | 'notRead'> {
  const deviceUtcMs = deviceTime(payload.json)
  const readings: ReadingSaid[] = []
  let notRead: NotRead[] | undefined
  for (const { device, metric, component } of bounds) {
    const value = valueOf(component, payload)
    if (typeof value === 'number') readings.push({ device, metric, value, unit: null, deviceUtcMs, historical: false })
    else if (value !== undefined && !notRead?.some(({ reason }) => reason === value))
      notRead = [...(notRead ?? []), { reason: value, device }]
  }
  if (readings.length === 0 && !notRead && !isElse)
    notRead = [{ reason: 'no-values', device: bounds[0]?.device ?? null }]
  return { readings, notRead }
}

/** @returns the number, why there is none, or undefined when this payload does not speak of the metric */
function valueOf(component: HaComponent, payload: Payload): number | QuarantineReason | undefined {
  const raw = rendered(component.template, payload)
  if (raw === undefined) return undefined
  if (raw instanceof Failure) return raw.code === 'not-json' ? 'not-json' : 'template-failed'
  if (component.type === 'binary') {
    const word = asText(raw).trim().toLowerCase()
    if (word === component.payloadOn) return 1
    if (word === component.payloadOff) return 0
  }
  return toValue(raw)?.value ?? 'not-a-number'
}

function rendered(template: Template | null, { text, json }: Payload): unknown {
  if (!template) return text
  const input = {
    text,
    json: () => {
      if (json === undefined) throw new Failure('invalid', 'not-json', 'the payload is not JSON')
      return json
    },
  }
  try {
    return template(input)
  } catch (cause) {
    if (cause instanceof Failure) return cause
    throw cause
  }
}

/** What an availability topic says of each device that it speaks for: often one of a bridge for all of its devices. */
function hear(watches: readonly Watch[], payload: Payload, index: HaIndex): LivenessSaid[] {
  const devices = new Set<string>()
  for (const watch of watches) {
    const raw = rendered(watch.template, payload)
    // Neither of its two words, or a template that fails: it says nothing about availability.
    const words = raw === undefined || raw instanceof Failure ? '' : asText(raw).trim()
    index.note(watch, words === watch.available ? true : words === watch.notAvailable ? false : undefined)
    devices.add(watch.device)
  }
  return [...devices].flatMap((device) => {
    const alive = index.isAlive(device)
    return alive === undefined ? [] : { device, alive }
  })
}
