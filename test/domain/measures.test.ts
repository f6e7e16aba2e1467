import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalUnit } from '../../gateway/domain/measures.ts'
import { unitOf, units } from '../../gateway/domain/measure-units.ts'

describe('how a unit is written', () => {
  test.each([
    ['°C', '°C'],
    ['℃', '°C'],
    ['ºC', '°C'],
    ['˚C', '°C'],
    ['Â°C', '°C'],
    ['° C', '°C'],
    ['C', '°C'],
    ['degC', '°C'],
    ['deg_C', '°C'],
    ['Celsius', '°C'],
    ['degrees Celsius', '°C'],
    ['Cel', '°C'],
    ['摄氏度', '°C'],
    ['℉', '°F'],
    ['[degF]', '°F'],
    ['mbar', 'hPa'],
    ['Mpa', 'MPa'],
    ['mPa', 'mPa'],
    ['mW', 'mW'],
    ['MW', 'MW'],
    ['KW', 'kW'],
    ['KWH', 'kWh'],
    ['kW·h', 'kWh'],
    ['㎾', 'kW'],
    ['千瓦时', 'kWh'],
    ['ug/m3', 'µg/m³'],
    ['μg/m³', 'µg/m³'],
    ['µg/m³', 'µg/m³'],
    ['μg/㎥', 'µg/m³'],
    ['m^3/h', 'm³/h'],
    ['m3/h', 'm³/h'],
    ['L/min', 'L/min'],
    ['lpm', 'L/min'],
    ['lux', 'lx'],
    ['％', '%'],
    ['percent', '%'],
    ['lel', '%LEL'],
    ['dB(A)', 'dBA'],
    ['us/cm', 'µS/cm'],
    ['㏗', 'pH'],
    ['sec', 's'],
  ])('%s is %s', (text, symbol) => {
    expect(unitOf(text)?.symbol).toBe(symbol)
  })

  test.each(['Mw', 'mj', '', '€', 'furlong', '__proto__', 'constructor', 'V2'])('%s is left alone', (text) => {
    expect(unitOf(text)).toBeUndefined()
  })

  test('every symbol means itself', () => {
    for (const [symbol, unit] of units) expect(unitOf(symbol)).toBe(unit)
  })
})

describe('the unit of the zone', () => {
  test.each([
    ['°F', 'temperature', 68, '°C', 20, 'temperature'],
    ['°F', null, 98.6, '°C', 37, 'temperature'],
    ['°F', null, -40, '°C', -40, 'temperature'],
    ['K', 'temperature', 293.15, '°C', 20, 'temperature'],
    ['°F', 'temperature_delta', 9, '°C', 5, 'temperature_delta'],
    ['K', 'temperature_delta', 5, '°C', 5, 'temperature_delta'],
    ['Pa', 'atmospheric_pressure', 101_325, 'hPa', 1013.25, 'atmospheric_pressure'],
    ['kPa', 'atmospheric_pressure', 101.325, 'hPa', 1013.25, 'atmospheric_pressure'],
    ['inHg', 'atmospheric_pressure', 29.92, 'hPa', 1013.2075888, 'atmospheric_pressure'],
    ['mmHg', 'atmospheric_pressure', 760, 'hPa', 1013.250144354, 'atmospheric_pressure'],
    ['psi', null, 100, 'kPa', 689.4757, 'pressure'],
    ['MW', 'power', 1.5, 'W', 1_500_000, 'power'],
    ['MJ', 'energy', 3.6, 'kWh', 1, 'energy'],
    ['MWh', 'energy', 2, 'kWh', 2_000, 'energy'],
    ['%', 'carbon_dioxide', 0.5, 'ppm', 5_000, 'carbon_dioxide'],
    ['ppb', 'carbon_dioxide', 400_000, 'ppm', 400, 'carbon_dioxide'],
    ['mg/m³', 'pm25', 0.035, 'µg/m³', 35, 'pm25'],
    ['gal/min', null, 10, 'm³/h', 2.2712470704, 'volume_flow_rate'],
    ['gal', null, 1, 'L', 3.785411784, 'volume'],
    ['gal', 'water', 1_000, 'm³', 3.785411784, 'water'],
    ['ft³', 'gas', 100, 'm³', 2.8316846592, 'gas'],
    ['km/h', 'wind_speed', 36, 'm/s', 10, 'wind_speed'],
    ['mph', null, 10, 'm/s', 4.4704, 'speed'],
    ['in', 'precipitation', 2, 'mm', 50.8, 'precipitation'],
    ['in', 'distance', 100, 'm', 2.54, 'distance'],
    ['lb', null, 10, 'kg', 4.5359237, 'weight'],
    ['斤', null, 3, 'kg', 1.5, 'weight'],
    ['klx', null, 1.2, 'lx', 1_200, 'illuminance'],
    ['S/m', 'conductivity', 5, 'mS/cm', 50, 'conductivity'],
  ])('%s of %s: %d is %s %d', (unit, kind, value, symbol, expected, kindAfter) => {
    const normal = normalUnit(unit, kind)
    expect(normal).toMatchObject({ unit: symbol, kind: kindAfter })
    expect(normal.convert?.(value)).toBeCloseTo(expected, 9)
  })

  test.each([
    ['degC', null, '°C', 'temperature'],
    ['K', null, 'K', null],
    ['Pa', 'pressure', 'Pa', 'pressure'],
    ['mbar', 'atmospheric_pressure', 'hPa', 'atmospheric_pressure'],
    ['bar', null, 'bar', 'pressure'],
    ['%', null, '%', null],
    ['%RH', null, '%', 'humidity'],
    ['% rh', 'moisture', '%', 'moisture'],
    ['%EL', null, '%', 'battery'],
    ['W', null, 'W', 'power'],
    ['KW', null, 'kW', 'power'],
    ['Wh', null, 'Wh', 'energy'],
    ['mV', null, 'mV', 'voltage'],
    ['mA', null, 'mA', 'current'],
    ['ppm', null, 'ppm', null],
    ['mg/m3', 'carbon_monoxide', 'mg/m³', 'carbon_monoxide'],
    ['l/min', null, 'L/min', 'volume_flow_rate'],
    ['mm', null, 'mm', null],
    ['dB', 'signal_strength', 'dB', 'signal_strength'],
    ['%LEL', null, '%LEL', 'gas'],
    [null, 'humidity', '%', 'humidity'],
    [null, 'ph', 'pH', 'ph'],
    ['pH', null, 'pH', 'ph'],
    [null, 'battery', null, 'battery'],
    [null, 'temperature', null, 'temperature'],
    [null, null, null, null],
    ['  ', null, null, null],
    [' furlong ', 'distance', 'furlong', 'distance'],
    ['°C', 'humidity', '°C', 'humidity'],
    ['W', '__proto__', 'W', '__proto__'],
  ])('%s of %s stays as it is: %s, %s', (unit, kind, symbol, kindAfter) => {
    expect(normalUnit(unit, kind)).toEqual({ unit: symbol, kind: kindAfter, convert: null })
  })
})

const kinds = [null, 'temperature', 'temperature_delta', 'atmospheric_pressure', 'water', 'distance', 'carbon_dioxide']
const anyUnit = fc.constantFrom(...units.keys())
const anyKind = fc.constantFrom(...kinds)

test('what was chosen once is not changed a second time', () => {
  for (const symbol of units.keys())
    for (const before of kinds) {
      const { unit, kind } = normalUnit(symbol, before)
      expect([symbol, normalUnit(unit, kind)]).toEqual([symbol, { unit, kind, convert: null }])
    }
})

test('there and back gives the same value', () => {
  fc.assert(
    fc.property(anyUnit, anyKind, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (symbol, kind, value) => {
      const normal = normalUnit(symbol, kind)
      if (normal.convert === null) return
      const from = units.get(symbol)
      const to = units.get(normal.unit ?? '')
      if (!from || !to) throw new Error('a conversion between units that are not in the table')
      const shift = normal.kind === 'temperature_delta' ? 0 : 1
      const back = ((normal.convert(value) + shift * to.shift) * to.scale) / from.scale - shift * from.shift
      expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)))
    }),
  )
})

test('finite stays finite', () => {
  fc.assert(
    fc.property(anyUnit, anyKind, fc.double({ noNaN: true, noDefaultInfinity: true }), (symbol, kind, value) => {
      expect(normalUnit(symbol, kind).convert?.(value) ?? value).toSatisfy(Number.isFinite)
    }),
  )
})

const anyText = fc.oneof(
  fc.string(),
  fc.array(fc.nat(0x10ffff), { maxLength: 6 }).map((points) => String.fromCodePoint(...points)),
)
test('any text is some unit or none, and never an error', () => {
  fc.assert(
    fc.property(anyText, fc.option(fc.string()), (unit, kind) => {
      const normal = normalUnit(unit, kind)
      expect(normal.convert === null || normal.unit !== unit.trim()).toBe(true)
    }),
  )
})
