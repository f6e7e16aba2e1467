import type { Dialect } from '../../domain/dialect.ts'
import { momentOf } from '../../domain/payload.ts'
import { undecoded } from './chirpstack.ts'
import { decoderFields } from './decoder-fields.ts'
import { type Devices, type Field, hear, isObject, objectOf, textOf, type Who } from './fields.ts'

/**
 * The Things Stack v3 (thethingsindustries.com/docs: MQTT Server, Data Formats): `v3/<application>@<tenant>/devices/<id>/up`. Fields of the
 * network's own that are zero, empty or false are left out of a message, and decoders leave out what a payload does not speak of: a key that
 * is missing says nothing, neither that the value is zero nor that it could not be read.
 */
export const ttnDialect: Dialect<Devices> = {
  source: 'ttn',
  prefix: 'ttn:',
  begin: () => new Map(),
  filters: () => ['v3/+/devices/+/up', 'v3/+/devices/+/join'],
  owns(topic) {
    const parts = topic.split('/')
    return (
      parts.length === 5 && parts[0] === 'v3' && parts[2] === 'devices' && (parts[4] === 'up' || parts[4] === 'join')
    )
  },
  decode({ topic, payload }, devices) {
    const [, application, , id = '', event] = topic.split('/')
    const device = `${application}/${id}`
    const read = objectOf(payload, device)
    if (read.fields === null) return read.said
    const { uplink_message: uplink, received_at, simulated } = read.fields
    if (event === 'join') return { liveness: [{ device, alive: true }] }
    // Somebody tries a decoder in the console: nothing was measured.
    if (!isObject(uplink) || simulated === true) return {}
    const fields = batteryFields(uplink)
    const { decoded_payload: decoded, frm_payload: bytes, version_ids: version } = uplink
    if (isObject(decoded)) fields.push(...decoderFields(devices, device, decoded))
    else if (fields.length === 0) return undecoded(device, bytes)
    const who: Who = { device, name: id, model: modelOf(version) }
    return hear(devices, who, fields, momentOf(uplink.received_at) ?? momentOf(received_at))
  },
}

function modelOf(version: unknown): string | null {
  if (!isObject(version)) return null
  return textOf([version.brand_id, version.model_id].map((part) => textOf(part) ?? '').join(' '))
}

/** The last battery level is in every message; it is news in the one with its frame count. What is zero is left out of both. */
function batteryFields(uplink: Readonly<Record<string, unknown>>): Field[] {
  const { last_battery_percentage: last, f_cnt: count = 0 } = uplink
  if (!isObject(last) || (last.f_cnt ?? 0) !== count) return []
  const about = { unit: '%', kind: 'battery', guessed: false }
  return [{ key: 'last_battery_percentage', name: 'battery', raw: last.value ?? 0, ...about }]
}
