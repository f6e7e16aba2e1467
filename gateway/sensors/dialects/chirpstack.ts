import type { Dialect, Said } from '../../domain/dialect.ts'
import { momentOf } from '../../domain/payload.ts'
import { decoderFields } from './decoder-fields.ts'
import { type Devices, type Field, hear, isObject, notRead, objectOf, textOf, type Who } from './fields.ts'

const events = ['up', 'join', 'status']

/**
 * ChirpStack v4 (chirpstack.io/docs: Integrations, Event types; JSON): `application/<id>/device/<devEui>/event/<event>`. The codec of the
 * device's profile decodes the payload to `object`; its keys are the codec's own, and units are guessed from them.
 */
export const chirpstackDialect: Dialect<Devices> = {
  source: 'chirpstack',
  prefix: 'chirpstack:',
  begin: () => new Map(),
  filters: () => events.map((event) => `application/+/device/+/event/${event}`),
  owns(topic) {
    const parts = topic.split('/')
    return (
      parts.length === 6 &&
      parts[0] === 'application' &&
      parts[2] === 'device' &&
      parts[4] === 'event' &&
      events.includes(parts[5] ?? '')
    )
  },
  decode({ topic, payload }, devices) {
    const parts = topic.split('/')
    const device = (parts[3] ?? '').toLowerCase()
    const read = objectOf(payload, device)
    if (read.fields === null) return read.said
    const { deviceInfo, object, data, time } = read.fields
    const info = isObject(deviceInfo) ? deviceInfo : {}
    const who: Who = { device, name: textOf(info.deviceName) ?? device, model: textOf(info.deviceProfileName) }
    switch (parts[5]) {
      case 'join':
        return { liveness: [{ device, alive: true }] }
      case 'status':
        return hear(devices, who, statusFields(read.fields), momentOf(time))
      default:
        if (isObject(object)) return hear(devices, who, decoderFields(devices, device, object), momentOf(time))
        return undecoded(device, data)
    }
  },
}

/** Bytes that no codec decoded are not understood; a message without any is only a sign of life. */
export const undecoded = (device: string, bytes: unknown): Said =>
  typeof bytes === 'string' && bytes !== '' ? notRead('no-values', device) : { liveness: [{ device, alive: true }] }

/** The device's answer to the network's question how it is: battery, unless it has none or cannot tell. */
function statusFields(event: Readonly<Record<string, unknown>>): Field[] {
  if (event.externalPowerSource === true || event.batteryLevelUnavailable === true) return []
  const about = { unit: '%', kind: 'battery', guessed: false }
  return [{ key: 'batteryLevel', name: 'battery', raw: event.batteryLevel, ...about }]
}
