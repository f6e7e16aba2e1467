import { type Field, isObject, leavesOf, textOf } from './fields.ts'

/**
 * Units of Tasmota's values by their last name. Tasmota's documentation of each driver; where it names none, what Home Assistant's integration
 * takes (hatasmota, `sensor.py`).
 */
const byName = new Map<string, readonly [unit: string | null, kind: string | null]>(
  Object.entries({
    Humidity: ['%', 'humidity'],
    Moisture: ['%', 'moisture'],
    Illuminance: ['lx', 'illuminance'],
    CarbonDioxide: ['ppm', 'carbon_dioxide'],
    eCO2: ['ppm', 'carbon_dioxide'],
    CarbonMonoxide: ['ppm', 'carbon_monoxide'],
    TVOC: ['ppb', 'volatile_organic_compounds_parts'],
    'PM2.5': ['µg/m³', 'pm25'],
    PM10: ['µg/m³', 'pm10'],
    PM1: ['µg/m³', 'pm1'],
    Distance: ['cm', 'distance'],
    Weight: ['kg', 'weight'],
    pH: [null, 'ph'],
    EC: ['µS/cm', 'conductivity'],
    Voltage: ['V', 'voltage'],
    Vcc: ['V', 'voltage'],
    BatteryVoltage: ['V', 'voltage'],
    BatteryPercentage: ['%', 'battery'],
    Battery: ['%', 'battery'],
    Current: ['A', 'current'],
    Power: ['W', 'power'],
    ApparentPower: ['VA', 'apparent_power'],
    ReactivePower: ['var', 'reactive_power'],
    Factor: [null, 'power_factor'],
    Frequency: ['Hz', 'frequency'],
    PhaseAngle: ['°', null],
    Energy: ['kWh', 'energy'],
    Total: ['kWh', 'energy'],
    TotalTariff: ['kWh', 'energy'],
    Yesterday: ['kWh', 'energy'],
    Today: ['kWh', 'energy'],
    Period: ['Wh', 'energy'],
    ImportActive: ['kWh', 'energy'],
    ExportActive: ['kWh', 'energy'],
    ExportTariff: ['kWh', 'energy'],
  }),
)
/** Values whose unit stands beside the drivers in the same message. */
const told = new Map<string, readonly [unitKey: string, fallback: string, kind: string]>([
  ['Temperature', ['TempUnit', 'C', 'temperature']],
  ['DewPoint', ['TempUnit', 'C', 'temperature']],
  ['Pressure', ['PressureUnit', 'hPa', 'atmospheric_pressure']],
  ['SeaPressure', ['PressureUnit', 'hPa', 'atmospheric_pressure']],
  ['Speed', ['SpeedUnit', 'm/s', 'speed']],
])
/** Texts that may look like numbers and are none, and strengths of radio signals. */
const noValues = new Set([
  'Time',
  'Id',
  'Address',
  'Type',
  'Model',
  'mac',
  'Device',
  'Name',
  'RSSI',
  'LinkQuality',
  'Endpoint',
])
const isNoValue = (key: string) => noValues.has(key) || key.endsWith('StartTime')
/** What of `STATE` is measured or switched; the rest of it is about the chip. */
const isState = /^(POWER\d*|Vcc|BatteryVoltage|BatteryPercentage)$/

/**
 * Values of a `SENSOR` message. Each driver is an object beside `Time` and the units; a value alone is that of a switch. Probes on one wire are
 * counted by where their address comes among those that answer, so that the numbers move when one breaks: their address names them here.
 */
export function sensorFields(json: Readonly<Record<string, unknown>>): Field[] {
  const fields: Field[] = []
  for (const [driver, raw] of Object.entries(json)) {
    if (isNoValue(driver) || driver.endsWith('Unit')) continue
    const id = isObject(raw) ? (textOf(raw.Id) ?? textOf(raw.Address)) : null
    const group = id === null ? driver : `${driver.replace(/-\d+$/, '')}-${id}`
    for (const leaf of leavesOf({ [group]: raw }, isNoValue, true)) fields.push(field(leaf.path, leaf.raw, json))
  }
  return fields
}

/** Values of a `STATE` message: relays and the supply. */
export const stateFields = (json: Readonly<Record<string, unknown>>): Field[] =>
  Object.entries(json)
    .filter(([key]) => isState.test(key))
    .map(([key, raw]) => field([key], raw, json))

function field(path: readonly string[], raw: unknown, json: Readonly<Record<string, unknown>>): Field {
  const [unit, kind] = unitOf(path, json)
  return { key: path.join('.'), name: path.join(' '), raw, unit, kind, guessed: false }
}

/** By the innermost name that has a unit: `["ENERGY", "Power", "2"]` is the power of the second phase. */
function unitOf(
  path: readonly string[],
  json: Readonly<Record<string, unknown>>,
): readonly [string | null, string | null] {
  for (const part of path.toReversed()) {
    const name = byName.has(part) || told.has(part) ? part : part.replace(/\d+$/, '')
    const beside = told.get(name)
    if (beside) return [textOf(json[beside[0]]) ?? beside[1], beside[2]]
    const known = byName.get(name)
    if (known) return known
  }
  return [null, null]
}
