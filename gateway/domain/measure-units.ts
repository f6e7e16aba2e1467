/** What a unit measures: only units of one quantity can be turned into each other. */
export type Quantity =
  | 'temperature'
  | 'pressure'
  | 'ratio'
  | 'explosive'
  | 'power'
  | 'apparent-power'
  | 'reactive-power'
  | 'energy'
  | 'voltage'
  | 'current'
  | 'frequency'
  | 'dust'
  | 'solution'
  | 'flow'
  | 'volume'
  | 'light'
  | 'irradiance'
  | 'sound'
  | 'signal'
  | 'speed'
  | 'rain-rate'
  | 'length'
  | 'weight'
  | 'time'
  | 'conductivity'
  | 'acidity'
  | 'angle'
  | 'turns'

export interface Unit {
  /** As it is kept and shown. */
  readonly symbol: string
  readonly quantity: Quantity
  /** A value in the smallest step of its quantity: `(value + shift) * scale`. */
  readonly scale: number
  readonly shift: number
  /** Home Assistant's device class, where this unit leaves no other. */
  readonly kind: string | null
}

type Row = readonly [symbol: string, scale: number, kind: string | null, spellings?: string, shift?: number]

/**
 * Units by quantity. Symbols and conversion factors: Home Assistant's `const.py` and `util/unit_conversion.py`, where the factors are those of
 * the SI brochure and NIST SP 811 appendix B. Spellings are read without regard to case and spaces: UCUM and SenML (RFC 8428) codes, what
 * Tasmota, rtl_433 and Modbus gateways write, and Chinese words. Scales are whole numbers where that keeps round values round.
 */
const rows: { readonly [of in Quantity]: readonly Row[] } = {
  temperature: [
    [
      '°C',
      9,
      'temperature',
      'c cel celsius degc deg_c degreec degreescelsius degreecelsius degcelsius °celsius oc 摄氏度',
    ],
    [
      '°F',
      5,
      'temperature',
      'f fahrenheit degf deg_f [degf] degreef degreesfahrenheit degreefahrenheit degfahrenheit °fahrenheit 华氏度',
      -32,
    ],
    // Also what the colour of a lamp is given in: a temperature only where the kind says so.
    ['K', 9, null, 'kelvin degk °k 开尔文', -273.15],
  ],
  pressure: [
    ['mPa', 0.001, 'pressure', '!'],
    ['Pa', 1, 'pressure', 'pascal 帕'],
    ['hPa', 100, 'pressure', 'mbar millibar hectopascal 百帕 毫巴'],
    ['kPa', 1_000, 'pressure', 'kilopascal cbar 千帕'],
    ['bar', 100_000, 'pressure', '巴'],
    ['MPa', 1_000_000, 'pressure', 'megapascal 兆帕'],
    ['psi', 6_894.757, 'pressure', 'lbf/in2 lb/in2 [psi]'],
    ['inHg', 3_386.389, 'pressure', 'in_hg in[hg] "hg'],
    ['mmHg', 133.322_387_415, 'pressure', 'mm_hg mm[hg] torr'],
    ['inH₂O', 249.089, 'pressure', 'inwc inh2o'],
    ['mmH₂O', 9.806_65, 'pressure', 'mmwc mmh2o 毫米水柱'],
  ],
  ratio: [
    ['%', 10_000_000, null, 'percent pct percentage 百分比'],
    ['%vol', 10_000_000, null, 'vol% %(v/v) %v/v vol.% %vol. %体积'],
    ['‰', 1_000_000, null, 'permille promille ppt'],
    ['ppm', 1_000, null, 'partspermillion [ppm]'],
    ['ppb', 1, null, 'partsperbillion [ppb]'],
  ],
  explosive: [['%LEL', 1, 'gas', 'lel lel% %ofel %爆炸下限']],
  power: [
    ['mW', 0.001, 'power', '!'],
    ['W', 1, 'power', 'watt watts 瓦'],
    ['kW', 1_000, 'power', 'kilowatt kilowatts 千瓦'],
    ['MW', 1_000_000, 'power', '! megawatt 兆瓦'],
    ['BTU/h', 0.293_071_070_2, 'power', 'btu/hr'],
    ['hp', 745.699_872, 'power', 'horsepower'],
  ],
  'apparent-power': [
    ['VA', 1, 'apparent_power', 'voltampere'],
    ['kVA', 1_000, 'apparent_power'],
  ],
  'reactive-power': [
    ['var', 1, 'reactive_power', 'vars'],
    ['kvar', 1_000, 'reactive_power'],
  ],
  energy: [
    ['J', 1, 'energy', 'joule joules 焦耳'],
    ['kJ', 1_000, 'energy', 'kilojoule'],
    ['MJ', 1_000_000, 'energy', '! megajoule 兆焦'],
    ['mWh', 3.6, 'energy', '!'],
    ['Wh', 3_600, 'energy', 'watthour watt-hour 瓦时'],
    ['kWh', 3_600_000, 'energy', 'kilowatthour kilowatt-hour kw-h kw*h kw·h 千瓦时'],
    ['MWh', 3_600_000_000, 'energy', '! megawatthour 兆瓦时'],
    ['kcal', 4_184, 'energy'],
  ],
  voltage: [
    ['µV', 1, 'voltage', 'uv'],
    ['mV', 1_000, 'voltage', 'millivolt millivolts 毫伏'],
    ['V', 1_000_000, 'voltage', 'volt volts vdc vac 伏 伏特'],
    ['kV', 1_000_000_000, 'voltage', 'kilovolt 千伏'],
  ],
  current: [
    ['µA', 1, 'current', 'ua'],
    ['mA', 1_000, 'current', 'milliamp milliamps milliampere 毫安'],
    ['A', 1_000_000, 'current', 'amp amps ampere amperes 安 安培'],
  ],
  frequency: [
    ['Hz', 1, 'frequency', 'hertz 赫兹'],
    ['kHz', 1_000, 'frequency'],
    ['MHz', 1_000_000, 'frequency'],
  ],
  // Which gas or dust it is, and with it the kind, no unit tells.
  dust: [
    ['ng/m³', 0.001, null],
    ['µg/m³', 1, null, 'ug/m3 微克/立方米'],
    ['mg/m³', 1_000, null, '毫克/立方米'],
    ['g/m³', 1_000_000, null],
  ],
  solution: [
    ['µg/L', 0.001, null, 'ug/l'],
    ['mg/L', 1, null, '毫克/升'],
    ['g/L', 1_000, null, '克/升'],
  ],
  flow: [
    ['mL/s', 3_600, 'volume_flow_rate'],
    ['mL/min', 60, 'volume_flow_rate'],
    ['L/h', 1_000, 'volume_flow_rate', 'lph l/hr l/hour 升/小时'],
    ['L/min', 60_000, 'volume_flow_rate', 'lpm litersperminute litres/min 升/分钟 升/分'],
    ['L/s', 3_600_000, 'volume_flow_rate', 'lps 升/秒'],
    ['m³/h', 1_000_000, 'volume_flow_rate', 'm3/hr m3ph cmh m^3/h cbm/h 立方米/小时 立方/小时 方/时'],
    ['m³/s', 3_600_000_000, 'volume_flow_rate', 'm^3/s'],
    ['gal/min', 227_124.707_04, 'volume_flow_rate', 'gpm [gal_us]/min'],
    ['gal/h', 3_785.411_784, 'volume_flow_rate', 'gph'],
    ['ft³/min', 1_699_010.795_52, 'volume_flow_rate', 'cfm ft^3/min'],
  ],
  volume: [
    ['mL', 1, 'volume', 'milliliter millilitre cc 毫升'],
    ['L', 1_000, 'volume', 'liter litre liters litres 升'],
    ['m³', 1_000_000, 'volume', 'm^3 cbm cubicmeter cubicmeters cubicmetre 立方米 立方'],
    ['gal', 3_785.411_784, 'volume', 'gallon gallons [gal_us]'],
    ['ft³', 28_316.846_592, 'volume', 'cuft cf ft^3 cubicfeet'],
    ['CCF', 2_831_684.659_2, 'volume'],
  ],
  light: [
    ['lx', 1, 'illuminance', 'lux 勒克斯'],
    ['klx', 1_000, 'illuminance', 'klux'],
  ],
  irradiance: [['W/m²', 1, 'irradiance', 'w/m^2 wm2']],
  // Decibels alone are of sound or of a radio.
  sound: [
    ['dB', 1, null, 'decibel 分贝'],
    ['dBA', 1, 'sound_pressure', 'db(a) dba'],
  ],
  signal: [['dBm', 1, 'signal_strength']],
  speed: [
    ['mm/s', 18, 'speed', '毫米/秒'],
    ['m/s', 18_000, 'speed', 'mps m·s-1 米/秒'],
    ['km/h', 5_000, 'speed', 'kph kmh kmph 公里/小时 千米/小时'],
    ['mph', 8_046.72, 'speed', 'mi/h'],
    ['kn', 9_260, 'speed', 'knot knots kt'],
    ['ft/s', 5_486.4, 'speed', 'fps'],
  ],
  'rain-rate': [
    ['mm/h', 1, 'precipitation_intensity', 'mm/hr 毫米/小时'],
    ['in/h', 25.4, 'precipitation_intensity', 'in/hr'],
  ],
  // Millimetres and inches are of a distance or of rain.
  length: [
    ['µm', 0.001, 'distance', 'um micron'],
    ['mm', 1, null, 'millimeter millimetre 毫米'],
    ['cm', 10, 'distance', 'centimeter centimetre 厘米'],
    ['m', 1_000, 'distance', 'meter metre meters metres 米'],
    ['km', 1_000_000, 'distance', '公里 千米'],
    ['in', 25.4, null, 'inch inches " 英寸'],
    ['ft', 304.8, 'distance', 'foot feet 英尺'],
  ],
  weight: [
    ['µg', 0.001, 'weight', 'ug'],
    ['mg', 1, 'weight', '毫克'],
    ['g', 1_000, 'weight', 'gram grams 克'],
    ['kg', 1_000_000, 'weight', 'kgs kilogram kilograms 千克 公斤'],
    ['t', 1_000_000_000, 'weight', 'tonne 吨'],
    ['lb', 453_592.37, 'weight', 'lbs pound pounds 磅'],
    ['oz', 28_349.523_125, 'weight', 'ounce ounces 盎司'],
    ['斤', 500_000, 'weight', '市斤'],
  ],
  time: [
    ['ms', 1, 'duration', 'msec millisecond milliseconds 毫秒'],
    ['s', 1_000, 'duration', 'sec second seconds 秒'],
    ['min', 60_000, 'duration', 'mins minute minutes 分钟'],
    ['h', 3_600_000, 'duration', 'hr hrs hour hours 小时'],
    ['d', 86_400_000, 'duration', 'day days 天'],
  ],
  conductivity: [
    ['µS/cm', 1, 'conductivity', 'us/cm'],
    ['mS/cm', 1_000, 'conductivity'],
    ['S/m', 10_000, 'conductivity'],
  ],
  acidity: [['pH', 1, 'ph']],
  angle: [['°', 1, null, 'deg degree degrees']],
  turns: [['rpm', 1, null, 'r/min rev/min 转/分']],
}

/** One way of writing for many: full width, `℃`, `㎥`, both signs of micro, ring or ordinal for the degree, UTF-8 that was read as Latin-1. */
const folded = (unit: string): string =>
  unit
    .replaceAll('Â°', '°')
    .replace(/[º˚]/g, '°')
    .normalize('NFKC')
    .replace(/[\s_]+/g, '')

const exact = new Map<string, Unit>()
const loose = new Map<string, Unit>()
/** Every unit by its symbol. */
export const units: ReadonlyMap<string, Unit> = exactTable()

function exactTable(): Map<string, Unit> {
  const bySymbol = new Map<string, Unit>()
  for (const [quantity, list] of Object.entries(rows) as [Quantity, readonly Row[]][])
    for (const [symbol, scale, kind, spellings = '', shift = 0] of list) {
      const unit = { symbol, quantity, scale, shift, kind }
      bySymbol.set(symbol, unit)
      exact.set(folded(symbol), unit)
      const words = spellings.split(' ').filter((word) => word !== '')
      // `!`: another prefix differs in case alone (mW, MW), so that only the exact symbol is understood.
      if (words[0] === '!') words.shift()
      else words.push(symbol)
      for (const word of words) loose.set(folded(word).toLowerCase(), unit)
    }
  return bySymbol
}

/** The unit that a device means by this text; undefined when nobody can say. */
export function unitOf(text: string): Unit | undefined {
  const word = folded(text)
  return exact.get(word) ?? loose.get(word.toLowerCase())
}
