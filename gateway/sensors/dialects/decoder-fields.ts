import { metricKey } from '../../domain/json-metrics.ts'
import { type Guess, guessMetric } from '../../domain/metric-guess.ts'
import { isTimeKey, toValue } from '../../domain/payload.ts'
import { days } from '../../domain/units.ts'
import { type Devices, type Field, leavesOf } from './fields.ts'

/** Keys that are about the message or the device, not measured by it. */
const aboutDevice =
  /^(id|sn|.*serial.*|.*version.*|.*_id|dev_?(eui|addr)|mac|f?_?port|raw|payload|bytes|.*_hex|.*timestamp|.*date.*)$/i
const skip = (key: string) => isTimeKey(key) || aboutDevice.test(key)

/**
 * Fields of an object that a network server's decoder made, whose keys somebody chose: unit and kind are guessed from the key and the first
 * value, and stay: what 4.1 looks like must not depend on whether it was 5 before.
 */
export function decoderFields(devices: Devices, device: string, object: unknown): Field[] {
  const known = devices.get(device)?.metrics
  return leavesOf(object, skip, false).map(({ path, raw }) => {
    const key = path.join('.')
    const unit = known?.get(metricKey(key))
    const field = { key, name: path.join(' '), raw, guessed: true }
    if (unit !== undefined) return { ...field, unit, kind: null }
    const read = toValue(raw)
    if (!read) return { ...field, unit: null, kind: null }
    if (read.type === 'number') return { ...field, ...guessNumber(key, read.value) }
    const seen = { min: read.value, max: read.value, isFlag: true }
    // Decoders say a flag when it changes, or when it is set: in between it holds.
    return { ...field, ...guessMetric(key, seen), expiresMs: days(1) }
  })
}

function guessNumber(key: string, value: number): Guess {
  const battery = /(^|[^a-z])(bat|batt|battery)(?![a-z])/i.test(key.replace(/([a-z])([A-Z])/g, '$1_$2'))
  return battery ? guessBattery(key, value) : guessMetric(key, { min: value, max: value, isFlag: false })
}

/** A level in percent is a whole number, a voltage seldom is, and mostly says so. */
function guessBattery(key: string, value: number): Guess {
  const volts = { unit: 'V', kind: 'voltage' }
  if (/(v|volts?|voltage)$/i.test(key)) return value > 1_000 ? { unit: 'mV', kind: 'voltage' } : volts
  if (/stat(us|e)$/i.test(key)) return { unit: null, kind: null }
  if (value > 1_000) return { unit: 'mV', kind: 'voltage' }
  return !Number.isInteger(value) && value > 1.5 && value < 4.3 ? volts : { unit: '%', kind: 'battery' }
}
