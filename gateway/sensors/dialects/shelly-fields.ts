import { type Field, leavesOf } from './fields.ts'

/** Of the device, its network and its programs, not of what it measures. */
const ownAffairs = new Set([
  'sys',
  'wifi',
  'eth',
  'cloud',
  'mqtt',
  'ble',
  'ws',
  'ui',
  'ht_ui',
  'plugs_ui',
  'matter',
  'knx',
  'modbus',
  'script',
  'schedule',
  'webhook',
  'bthome',
])
/** Settings, counters and causes in a component's status. */
const noValues =
  /^(id|errors|flags|source|by_minute|minute_ts|last_updated_ts|timer_.*|transition.*|rssi|counts|user_calibrated_phase|external_power)$/

/** Units by the last name of a value, without the phase before it (`a_voltage`, `total_act_power`). Gen2 documentation of each component. */
const units = new Map<string, readonly [unit: string | null, kind: string | null]>(
  Object.entries({
    tC: ['°C', 'temperature'],
    tF: ['°F', 'temperature'],
    rh: ['%', 'humidity'],
    lux: ['lx', 'illuminance'],
    V: ['V', 'voltage'],
    percent: ['%', null],
    voltage: ['V', 'voltage'],
    current: ['A', 'current'],
    freq: ['Hz', 'frequency'],
    pf: [null, 'power_factor'],
    apower: ['W', 'power'],
    act_power: ['W', 'power'],
    aprt_power: ['VA', 'apparent_power'],
    act_energy: ['Wh', 'energy'],
    act_ret_energy: ['Wh', 'energy'],
    act: ['Wh', 'energy'],
    act_ret: ['Wh', 'energy'],
    current_pos: ['%', null],
    brightness: ['%', null],
  }),
)
/** What a flag says depends on whose it is. */
const alarms = new Map([
  ['smoke', 'smoke'],
  ['flood', 'moisture'],
])

/** `temperature:0`, `switch:1`, or `pm1` where there is only one of a kind. */
export const isComponent = (name: string): boolean =>
  /^[a-z][a-z0-9_]*(:\d+)?$/.test(name) && !ownAffairs.has(name.split(':')[0] ?? '')

/** Values of a component's status, whole or what changed of it. Celsius goes before Fahrenheit. */
export function componentFields(component: string, status: Readonly<Record<string, unknown>>): Field[] {
  const type = component.split(':')[0] ?? component
  const leaves = leavesOf(status, (key) => noValues.test(key), false)
  const paths = new Set(leaves.map(({ path }) => path.join('.')))
  const fields: Field[] = []
  for (const { path, raw } of leaves) {
    const last = path.at(-1) ?? ''
    // Texts are modes and causes: `open`, `button`. `null` is a value that could not be had.
    if (typeof raw !== 'number' && typeof raw !== 'boolean' && raw !== null) continue
    if (last === 'tF' && paths.has([...path.slice(0, -1), 'tC'].join('.'))) continue
    const [unit, kind] = unitOf(type, path)
    const key = [component.replace(':', '_'), ...path].join('.')
    fields.push({ key, name: [component.replace(':', ' '), ...path].join(' '), raw, unit, kind, guessed: false })
  }
  return fields
}

function unitOf(type: string, path: readonly string[]): readonly [string | null, string | null] {
  const [last, before] = [path.at(-1) ?? '', path.at(-2)]
  if (last === 'percent' && before === 'battery') return ['%', 'battery']
  if (last === 'total' && before !== undefined && before.endsWith('aenergy')) return ['Wh', 'energy']
  if (last === 'alarm') return [null, alarms.get(type) ?? 'problem']
  return units.get(last) ?? units.get(last.replace(/^(total|[abcn])_(total_)?/, '')) ?? [null, null]
}
