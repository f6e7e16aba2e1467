/** What was seen of a metric so far. */
export interface Seen {
  readonly min: number
  readonly max: number
  /** Only true and false, on and off, or both of 0 and 1 and nothing else. */
  readonly isFlag: boolean
}
export interface Guess {
  /** As `normalUnit` of measures.ts understands it. */
  readonly unit: string | null
  /** Home Assistant's device class. */
  readonly kind: string | null
}

/** Values lie in a range; the first guess of a word whose range holds what was seen is taken. */
type Range = readonly [least: number, most: number]
const any: Range = [-Infinity, Infinity]
interface Word {
  readonly word: RegExp
  readonly guesses: readonly (readonly [unit: string | null, kind: string | null, range: Range])[]
}

const celsius = ['°C', 'temperature', [-60, 150]] as const
const fahrenheit = ['°F', 'temperature', [-76, 302]] as const
const hectopascal = ['hPa', 'atmospheric_pressure', [800, 1_100]] as const
const pascal = ['Pa', 'atmospheric_pressure', [80_000, 110_000]] as const

/** Words that are common in keys, whole ones; a single letter counts only where its values fit. */
const words: readonly Word[] = [
  { word: /^(tempf|fahrenheit)$/, guesses: [fahrenheit] },
  // Kilns and ovens are beyond what a thermometer in a room shows.
  { word: /^(temp|temperature|tempc|celsius|wendu)$/, guesses: [celsius, ['°C', 'temperature', any]] },
  { word: /^t$/, guesses: [celsius] },
  { word: /^(hum|humi|humidity|rh|shidu)$/, guesses: [['%', 'humidity', any]] },
  { word: /^h$/, guesses: [['%', 'humidity', [0, 100]]] },
  { word: /^ph$/, guesses: [['pH', 'ph', any]] },
  {
    word: /^(battery|batt|bat|soc)$/,
    guesses: [
      ['V', 'voltage', [1.5, 4.3]],
      ['%', 'battery', [0, 100]],
      ['mV', 'voltage', [1_500, 4_300]],
      ['%', 'battery', any],
    ],
  },
  { word: /^(level|percent|pct)$/, guesses: [['%', null, any]] },
  { word: /^(powerkw|kw)$/, guesses: [['kW', 'power', any]] },
  { word: /^(power|powerw|watts?)$/, guesses: [['W', 'power', any]] },
  { word: /^(energy|kwh)$/, guesses: [['kWh', 'energy', any]] },
  { word: /^(voltage|volts?|volt)$/, guesses: [['V', 'voltage', any]] },
  { word: /^(current|amps?|ampere)$/, guesses: [['A', 'current', any]] },
  {
    word: /^(pressure|baro|barometer)$/,
    guesses: [pascal, hectopascal, ['kPa', 'pressure', [80, 800]], ['hPa', 'atmospheric_pressure', any]],
  },
  { word: /^(hpa|mbar)$/, guesses: [['hPa', 'atmospheric_pressure', any]] },
  { word: /^kpa$/, guesses: [['kPa', 'pressure', any]] },
  { word: /^p$/, guesses: [hectopascal, pascal] },
  { word: /^co2$/, guesses: [['ppm', 'carbon_dioxide', any]] },
  { word: /^(pm25|pm2_5)$/, guesses: [['µg/m³', 'pm25', any]] },
  { word: /^pm10$/, guesses: [['µg/m³', 'pm10', any]] },
  { word: /^(tvoc|voc)$/, guesses: [['ppb', 'volatile_organic_compounds_parts', any]] },
  { word: /^(lux|illuminance|light)$/, guesses: [['lx', 'illuminance', any]] },
  { word: /^flow$/, guesses: [['m³/h', 'volume_flow_rate', any]] },
  { word: /^lel$/, guesses: [['%LEL', 'gas', any]] },
  { word: /^(rssi)$/, guesses: [['dBm', 'signal_strength', any]] },
  { word: /^(weight|kg)$/, guesses: [['kg', 'weight', any]] },
  { word: /^(freq|frequency|hz)$/, guesses: [['Hz', 'frequency', any]] },
]
/** Words of what is true or false. */
const flags: readonly (readonly [RegExp, string])[] = [
  [/^(door|contact|open|opened)$/, 'door'],
  [/^(window)$/, 'window'],
  [/^(leak|water|flood)$/, 'moisture'],
  [/^(motion|pir)$/, 'motion'],
  [/^(occupancy|presence)$/, 'occupancy'],
  [/^(smoke)$/, 'smoke'],
  [/^(running|run)$/, 'running'],
  [/^(tamper)$/, 'tamper'],
  [/^(alarm|fault|error|problem)$/, 'problem'],
]
const nothing: Guess = { unit: null, kind: null }

/**
 * What a metric of this name and these values most likely is: the last word of the key that says something decides. A guess, and shown as such
 * until somebody says otherwise.
 */
export function guessMetric(key: string, seen?: Seen): Guess {
  const parts = key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
  for (const part of [parts.join(''), ...parts.reverse()]) {
    const flag = flags.find(([word]) => word.test(part))
    if (flag && (seen === undefined || seen.isFlag || (seen.min >= 0 && seen.max <= 1)))
      return { unit: null, kind: flag[1] }
    // A flag has no unit, whatever it is called: `temp` of 0 and 1 may be an alarm.
    if (seen?.isFlag) continue
    const found = words.find(({ word }) => word.test(part))
    if (!found) continue
    const guess = found.guesses.find(
      ([, , [least, most]]) => seen === undefined || (seen.min >= least && seen.max <= most),
    )
    if (guess) return { unit: guess[0], kind: guess[1] }
  }
  return nothing
}
