import type { StorySeconds } from './curves.ts'
import type { SensorMetric, SensorSpec } from './sensors.ts'

export interface Message {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

const prefix = 'homeassistant'
/** The base of the announced devices' own topics; plain ones speak on `zone/<id>`. */
const baseOf = ({ id }: SensorSpec): string => `factory/${id}`
export const bridgeStatus = 'factory/bridge/status'

const isContact = (value: number | boolean): boolean => typeof value === 'boolean'
const template = (metric: SensorMetric, contact: boolean): string =>
  contact
    ? `{{ value_json.${metric.key} }}`
    : `{{ value_json.${metric.key} | round(${metric.key === 'stage' ? 0 : metric.key === 'power' ? 2 : 1}) }}`

function component(spec: SensorSpec, metric: SensorMetric, short: boolean): Record<string, unknown> {
  const contact = isContact(metric.value(0))
  const topic = metric.occasion ? `~/${metric.key}` : '~/state'
  return {
    ...(short ? { p: contact ? 'binary_sensor' : 'sensor' } : {}),
    name: metric.name,
    [short ? 'uniq_id' : 'unique_id']: `${spec.id}_${metric.key}`,
    [short ? 'stat_t' : 'state_topic']: topic,
    [short ? 'val_tpl' : 'value_template']: template(metric, contact),
    ...(metric.deviceClass ? { [short ? 'dev_cla' : 'device_class']: metric.deviceClass } : {}),
    ...(metric.unit ? { [short ? 'unit_of_meas' : 'unit_of_measurement']: metric.unit } : {}),
    ...(contact ? { [short ? 'pl_on' : 'payload_on']: 'open', [short ? 'pl_off' : 'payload_off']: 'closed' } : {}),
    ...(contact || metric.occasion ? {} : { [short ? 'stat_cla' : 'state_class']: 'measurement' }),
  }
}

/** Retained discovery messages of one sensor, and its birth; none for plain JSON. */
export function announcements(spec: SensorSpec): Message[] {
  if (spec.form === 'json') return []
  const base = baseOf(spec)
  const retained = (topic: string, config: unknown): Message => ({
    topic,
    payload: typeof config === 'string' ? config : JSON.stringify(config),
    retain: true,
  })
  const birth = retained(`${base}/status`, 'online')
  if (spec.form === 'device')
    return [
      retained(`${prefix}/device/${spec.id}/config`, {
        '~': base,
        dev: { ids: [spec.id], name: spec.name, mf: 'Zhenge', mdl: spec.model, sw: '2.1.0' },
        o: { name: 'demo-zone', sw: '1.0' },
        cmps: Object.fromEntries(spec.metrics.map((metric) => [metric.key, component(spec, metric, true)])),
        avty: [{ t: '~/status' }, { t: bridgeStatus }],
        avty_mode: 'all',
        qos: 1,
      }),
      birth,
    ]
  return [
    ...spec.metrics.map((metric) =>
      retained(`${prefix}/${isContact(metric.value(0)) ? 'binary_sensor' : 'sensor'}/${spec.id}/${metric.key}/config`, {
        '~': base,
        ...component(spec, metric, false),
        availability_topic: '~/status',
        device: { identifiers: [spec.id], name: spec.name, manufacturer: 'Zhenge', model: spec.model },
        qos: 1,
      }),
    ),
    birth,
  ]
}

const printed = (spec: SensorSpec, value: number | boolean): number | string | boolean => {
  if (typeof value === 'number') return Math.round(value * 100) / 100
  if (spec.form === 'json') return value
  return value ? 'open' : 'closed'
}

/** What the sensor says at its usual pace. @param nowUtcMs the device's own clock */
export function stateMessage(spec: SensorSpec, t: StorySeconds, nowUtcMs: number): Message {
  const usual = spec.metrics.filter((metric) => !metric.occasion)
  const fields = Object.fromEntries(usual.map((metric) => [metric.key, printed(spec, metric.value(t))]))
  return spec.form === 'json'
    ? { topic: `zone/${spec.id}`, payload: JSON.stringify({ ...fields, ts: nowUtcMs }), retain: false }
    : { topic: `${baseOf(spec)}/state`, payload: JSON.stringify(fields), retain: false }
}

/** What it says when something ended, e.g. a batch. */
export function occasionMessage(spec: SensorSpec, metric: SensorMetric, t: StorySeconds, nowUtcMs: number): Message {
  const fields = { [metric.key]: printed(spec, metric.value(t)) }
  return spec.form === 'json'
    ? { topic: `zone/${spec.id}`, payload: JSON.stringify({ ...fields, ts: nowUtcMs }), retain: false }
    : { topic: `${baseOf(spec)}/${metric.key}`, payload: JSON.stringify(fields), retain: false }
}
