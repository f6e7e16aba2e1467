/**
 * Which units Home Assistant takes for a device class of a sensor (its documentation of the sensor integration, "Available device classes").
 * It refuses a component whose class and unit do not fit, so a class is only said together with one of these.
 */
const sensorClasses: Readonly<Record<string, readonly (string | null)[]>> = {
  atmospheric_pressure: ['cbar', 'bar', 'hPa', 'inHg', 'kPa', 'mbar', 'Pa', 'psi'],
  battery: ['%'],
  carbon_dioxide: ['ppm'],
  carbon_monoxide: ['ppm'],
  conductivity: ['S/cm', 'mS/cm', 'µS/cm'],
  current: ['A', 'mA'],
  distance: ['km', 'm', 'cm', 'mm', 'mi', 'yd', 'in'],
  duration: ['d', 'h', 'min', 's', 'ms'],
  frequency: ['Hz', 'kHz', 'MHz', 'GHz'],
  humidity: ['%'],
  illuminance: ['lx'],
  moisture: ['%'],
  ph: [null],
  pm1: ['µg/m³'],
  pm10: ['µg/m³'],
  pm25: ['µg/m³'],
  power: ['W', 'kW', 'MW'],
  pressure: ['cbar', 'bar', 'hPa', 'inHg', 'kPa', 'mbar', 'mmHg', 'Pa', 'psi'],
  signal_strength: ['dB', 'dBm'],
  sound_pressure: ['dB', 'dBA'],
  speed: ['m/s', 'km/h', 'mph', 'ft/s', 'kn', 'mm/s', 'in/s'],
  temperature: ['°C', '°F', 'K'],
  voltage: ['V', 'mV'],
  volume_flow_rate: ['m³/h', 'L/min'],
  weight: ['kg', 'g', 'mg', 'lb', 'oz'],
  wind_speed: ['m/s', 'km/h', 'mph', 'kn'],
}

/** Of a binary sensor (its documentation of the binary sensor integration, "Device class"). */
const binaryClasses: ReadonlySet<string> = new Set([
  'battery',
  'battery_charging',
  'carbon_monoxide',
  'cold',
  'connectivity',
  'door',
  'garage_door',
  'gas',
  'heat',
  'light',
  'lock',
  'moisture',
  'motion',
  'moving',
  'occupancy',
  'opening',
  'plug',
  'power',
  'presence',
  'problem',
  'running',
  'safety',
  'smoke',
  'sound',
  'tamper',
  'vibration',
  'window',
])

/** The device class to say for a kind, or undefined when Home Assistant would refuse it. */
export function deviceClass(type: 'number' | 'binary', kind: string | null, unit: string | null): string | undefined {
  if (kind === null) return undefined
  if (type === 'binary') return binaryClasses.has(kind) ? kind : undefined
  return Object.hasOwn(sensorClasses, kind) && sensorClasses[kind]?.includes(unit) ? kind : undefined
}
