import { type Quantity, type Unit, unitOf, units } from './measure-units.ts'

/**
 * The units in which the zone keeps a kind: values in the first or another of the list stay as they are, all others become the first. Kinds
 * and their units are Home Assistant's (`components/sensor/const.py`, DEVICE_CLASS_UNITS). More than one stays where both are read in the
 * trade and a factor of a thousand would make one of them unreadable: 12 Pa between two rooms and 6 bar of steam, 4 W and 40 kW, a pH
 * electrode's millivolts. Where the trade has one unit (temperature, the weather's pressure, fine dust), so has the zone.
 */
const kindUnits = new Map<string, readonly string[]>(
  Object.entries({
    temperature: ['°C'],
    temperature_delta: ['°C'],
    atmospheric_pressure: ['hPa'],
    humidity: ['%'],
    moisture: ['%'],
    battery: ['%'],
    carbon_dioxide: ['ppm'],
    carbon_monoxide: ['ppm'],
    water: ['m³', 'L'],
    gas: ['m³', 'L'],
    distance: ['m', 'cm', 'mm', 'km'],
    precipitation: ['mm'],
    wind_speed: ['m/s'],
    pm1: ['µg/m³'],
    pm25: ['µg/m³'],
    pm4: ['µg/m³'],
    pm10: ['µg/m³'],
    nitrogen_dioxide: ['µg/m³'],
    nitrogen_monoxide: ['µg/m³'],
    nitrous_oxide: ['µg/m³'],
    ozone: ['µg/m³'],
    sulphur_dioxide: ['µg/m³'],
  }),
)

/** The same for a quantity, where the kind says nothing: no kind, or one that is not Home Assistant's. */
const quantityUnits: { readonly [of in Quantity]: readonly string[] } = {
  // Without a kind, kelvin stays: it may be the colour of a lamp.
  temperature: ['°C', 'K'],
  pressure: ['kPa', 'Pa', 'hPa', 'bar', 'MPa'],
  ratio: ['%', '%vol', '‰', 'ppm', 'ppb'],
  explosive: ['%LEL'],
  power: ['W', 'kW'],
  'apparent-power': ['VA', 'kVA'],
  'reactive-power': ['var', 'kvar'],
  energy: ['kWh', 'Wh'],
  voltage: ['V', 'mV'],
  current: ['A', 'mA'],
  frequency: ['Hz', 'kHz', 'MHz'],
  dust: ['mg/m³', 'µg/m³'],
  solution: ['mg/L', 'g/L'],
  flow: ['m³/h', 'L/min'],
  volume: ['L', 'm³'],
  light: ['lx'],
  irradiance: ['W/m²'],
  sound: ['dB', 'dBA'],
  signal: ['dBm'],
  speed: ['m/s', 'km/h', 'mm/s'],
  'rain-rate': ['mm/h'],
  length: ['mm', 'cm', 'm', 'km'],
  weight: ['kg', 'g', 'mg', 't'],
  time: ['s', 'ms', 'min', 'h', 'd'],
  conductivity: ['mS/cm', 'µS/cm'],
  acidity: ['pH'],
  angle: ['°'],
  turns: ['rpm'],
}

/** Kinds that know one unit only, and that no contact has: a device may leave it out. */
const soleUnits = new Map([
  ['humidity', '%'],
  ['illuminance', 'lx'],
  ['carbon_dioxide', 'ppm'],
  ['ph', 'pH'],
])
/** Spellings that tell more than their unit does: a percentage of what. */
const tellingUnits = new Map([
  ['%rh', 'humidity'],
  ['rh%', 'humidity'],
  ['rh', 'humidity'],
  ['%r.h.', 'humidity'],
  ['%相对湿度', 'humidity'],
  ['%el', 'battery'],
])

export interface NormalUnit {
  /** The zone's unit; the device's own, trimmed, where nobody can say what it means. */
  readonly unit: string | null
  /** As it was given, or Home Assistant's device class that the unit leaves no doubt about. */
  readonly kind: string | null
  /** From the device's unit to the zone's; null where they are the same. Finite values stay finite. */
  readonly convert: ((value: number) => number) | null
}

/** Understands how a device writes a unit, and chooses the zone's. For each metric once, not for each reading. */
export function normalUnit(unit: string | null, kind: string | null): NormalUnit {
  const text = unit?.trim() ?? ''
  if (text === '') return { unit: kind === null ? null : (soleUnits.get(kind) ?? null), kind, convert: null }
  const told = tellingUnits.get(text.normalize('NFKC').toLowerCase().replace(/\s/g, ''))
  if (told !== undefined) return { unit: '%', kind: kind ?? told, convert: null }
  const from = unitOf(text)
  if (from === undefined) return { unit: text, kind, convert: null }
  const known = kind ?? from.kind
  const to = target(from, known)
  // A difference of two temperatures has no zero point to move.
  const convert = to === from ? null : converter(from, to, known !== 'temperature_delta')
  return { unit: to.symbol, kind: known, convert }
}

function target(from: Unit, kind: string | null): Unit {
  const wanted = kind === null ? undefined : kindUnits.get(kind)
  const fits = wanted !== undefined && units.get(wanted[0] ?? '')?.quantity === from.quantity
  const kept = fits ? wanted : quantityUnits[from.quantity]
  return kept.includes(from.symbol) ? from : (units.get(kept[0] ?? '') ?? from)
}

function converter(from: Unit, to: Unit, shifted: boolean): (value: number) => number {
  const before = shifted ? from.shift : 0
  const after = shifted ? to.shift : 0
  return (value) => {
    const converted = ((value + before) * from.scale) / to.scale - after
    // Beyond what a float holds: the largest there is, so that a number stays one.
    return Number.isFinite(converted) ? converted : Math.sign(value) * Number.MAX_VALUE
  }
}
