import { around, during, pushed, type StorySeconds } from './curves.ts'
import { doorIsOpen, drying, otherSoyMilk, soyMilk, story, visited, warmed } from './story.ts'

/** One value of a sensor. A boolean is a contact or a running state. */
export interface SensorMetric {
  readonly key: string
  readonly name: string
  readonly unit: string | null
  /** Home Assistant's device class. */
  readonly deviceClass: string | null
  readonly value: (t: StorySeconds) => number | boolean
  /** Published on its own whenever this changes, instead of with the others: once per batch. */
  readonly occasion?: (t: StorySeconds) => number
}

export interface SensorSpec {
  readonly id: string
  readonly name: string
  /** `device` and `single` are the two forms of Home Assistant discovery; `json` is plain JSON on `zone/<id>`. */
  readonly form: 'device' | 'single' | 'json'
  readonly model: string
  readonly everySeconds: number
  readonly metrics: readonly SensorMetric[]
  readonly silent?: (t: StorySeconds) => boolean
}

type Value = SensorMetric['value']
const metric =
  (key: string, name: string, unit: string | null, deviceClass: string | null) =>
  (value: Value): SensorMetric => ({ key, name, unit, deviceClass, value })
const temperature = metric('temperature', '温度', '°C', 'temperature')
const humidity = metric('humidity', '湿度', '%', 'humidity')
const door = metric('door', '门', null, 'door')
const power = metric('power', '功率', 'kW', 'power')
const temp = metric('temp', '温度', '°C', 'temperature')
const powerKw = metric('power_kw', '功率', 'kW', 'power')
const peak = (milk: typeof soyMilk): SensorMetric => ({
  ...metric('batch_peak', '本批最高温', '°C', 'temperature')((t) => milk(t).lastPeak),
  occasion: (t) => milk(t).batch,
})

/** Drawn power: idle, and work that comes and goes. */
const load =
  (idle: number, work: number, seed: number, working: (t: StorySeconds) => boolean = () => true): Value =>
  (t) =>
    working(t) ? idle + around(work, work * 0.12, seed)(t) : idle
const roomPair = (warm: number, damp: number, seed: number) =>
  [around(warm, 0.6, seed), around(damp, 2.5, seed + 3)] as const

const sensor = (
  form: SensorSpec['form'],
  id: string,
  name: string,
  model: string,
  everySeconds: number,
  ...metrics: readonly SensorMetric[]
): SensorSpec => ({ form, id, name, model, everySeconds, metrics })
function haRoom(id: string, name: string, form: SensorSpec['form'], warm: number, damp: number, seed: number) {
  const [t, h] = roomPair(warm, damp, seed)
  return { id, name, form, model: 'TH-485', everySeconds: 10, metrics: [temperature(t), humidity(h)] }
}
function jsonRoom(id: string, name: string, warm: number, damp: number, seed: number): SensorSpec {
  const [t, h] = roomPair(warm, damp, seed)
  return { id, name, form: 'json', model: 'TH-WiFi', everySeconds: 10, metrics: [temp(t), humidity(h)] }
}
const jsonTemp = (
  id: string,
  name: string,
  middle: number,
  reach: number,
  seed: number,
  everySeconds = 5,
): SensorSpec => sensor('json', id, name, 'PT100-LoRa', everySeconds, temp(around(middle, reach, seed)))
const meter = (id: string, name: string, form: 'single' | 'json', value: Value): SensorSpec =>
  sensor(form, id, name, 'DTSU-666', 10, form === 'json' ? powerKw(value) : power(value))
/** A store whose door opens for short visits only. */
function store(id: string, name: string, form: SensorSpec['form'], middle: number, seed: number): SensorSpec {
  const cold = around(middle, 0.5, seed)
  const open = (t: StorySeconds) => visited(t, seed)
  return sensor(
    form,
    id,
    name,
    'CS-301',
    5,
    temperature((t) => cold(t) + (open(t) ? 0.4 : 0)),
    door(open),
  )
}

const storeCold = around(3.3, 0.35, 1)
const storeDamp = around(82, 3, 2)
const dryerNoise = around(0, 0.4, 4)
const outfallPh = around(7.3, 0.15, 6)
const sump = around(48, 6, 7, 0.01)

const announced: readonly SensorSpec[] = [
  sensor(
    'device',
    'w08-cold',
    '玉板豆腐坊冷库',
    'CS-302',
    5,
    temperature((t) => storeCold(t) + 12.6 * warmed(t)),
    humidity((t) => Math.min(99, storeDamp(t) + 12 * warmed(t))),
    door(doorIsOpen),
  ),
  store('w06-cold', '清源豆腐皮坊冷库', 'device', 3.6, 3),
  store('w10-cold', '秋实卤味坊冷冻库', 'device', -19.6, 5),
  sensor(
    'device',
    'w06-boiler',
    '清源豆腐皮坊煮浆锅',
    'PT100-2',
    5,
    temperature((t) => soyMilk(t).temp),
    peak(soyMilk),
  ),
  sensor(
    'device',
    'w02-dryer',
    '穗丰线面坊烘干房',
    'DR-4',
    5,
    temperature((t) => drying(t).temp + dryerNoise(t)),
    humidity((t) => drying(t).humidity + 2 * dryerNoise(t)),
    metric('stage', '阶段', null, null)((t) => drying(t).stage),
  ),
  haRoom('w01-hall', '晨挂线面坊晾面厅', 'device', 23.5, 64, 8),
  sensor(
    'device',
    'outfall',
    '污水排放口',
    'WQ-3',
    5,
    metric('ph', 'pH', null, 'ph')((t) => outfallPh(t) + 2.4 * pushed(t, story.lye, 30, 40)),
    metric('level', '集水池液位', '%', null)((t) => Math.min(99, sump(t) + 46 * pushed(t, story.flood, 50, 40))),
    metric(
      'flow',
      '流量',
      'm³/h',
      'volume_flow_rate',
    )((t) => around(6.5, 1.5, 9)(t) + 6 * pushed(t, story.flood, 20, 30)),
  ),
  store('lab-fridge', '检验室冰箱', 'device', 4.6, 11),
  sensor('device', 'lab-incubator', '检验室培养箱', 'IB-36', 15, temperature(around(36, 0.3, 12))),
  haRoom('w04-cooling', '白溪米粉坊冷却间', 'device', 22.8, 55, 13),
  meter('w01-power', '晨挂线面坊电表', 'single', load(0.4, 6.2, 14)),
  meter('w02-power', '穗丰线面坊电表', 'single', load(0.5, 14.8, 15)),
  meter('w06-power', '清源豆腐皮坊电表', 'single', load(0.6, 11.4, 16)),
  meter('w07-power', '石磨豆腐皮坊电表', 'single', load(0.6, 9.7, 17)),
  meter(
    'w10-power',
    '秋实卤味坊电表',
    'single',
    load(0.3, 7.5, 18, (t) => during(t, story.forbiddenWork)),
  ),
  sensor('single', 'w05-oven', '桂香糕点坊烤炉', 'TC-K', 5, temperature(around(182, 6, 19))),
  store('w07-cold', '石磨豆腐皮坊冷库', 'single', 3.4, 21),
  haRoom('waste-room', '垃圾暂存间', 'single', 18.2, 71, 22),
  sensor('single', 'lab-oven', '检验室烘箱', 'OV-105', 15, temperature(around(103, 0.8, 23))),
  haRoom('w09-room', '翠坛酱腌菜坊腌制间', 'single', 17.4, 76, 24),
]

const plain: readonly SensorSpec[] = [
  sensor(
    'json',
    'w07-boiler',
    '石磨豆腐皮坊煮浆锅',
    'PT100-LoRa',
    5,
    temp((t) => otherSoyMilk(t).temp),
    peak(otherSoyMilk),
  ),
  { ...jsonTemp('w04-soak', '白溪米粉坊泡米池', 21.5, 0.8, 25), silent: (t) => during(t, story.silence) },
  jsonRoom('w03-pack', '银丝线面坊包装间', 21.6, 58, 26),
  jsonRoom('w05-coldroom', '桂香糕点坊冷加工间', 20.4, 52, 27),
  jsonTemp('w05-cream', '桂香糕点坊奶油柜', 4.2, 0.5, 28),
  jsonTemp('w06-pan', '清源豆腐皮坊挑皮锅', 85.5, 1.6, 29),
  jsonTemp('w07-pan', '石磨豆腐皮坊挑皮锅', 84.2, 1.8, 30),
  jsonRoom('w06-skins', '清源豆腐皮坊烘皮间', 54, 42, 31),
  jsonTemp('w08-soak', '玉板豆腐坊泡豆池', 19.3, 0.6, 32, 30),
  sensor(
    'json',
    'w09-brine',
    '翠坛酱腌菜坊盐水池',
    'BR-2',
    30,
    metric('ph', 'pH', null, 'ph')(around(3.9, 0.1, 33)),
    metric('salinity', '盐度', '%', null)(around(11.8, 0.3, 34)),
  ),
  jsonTemp('w10-kettle', '秋实卤味坊卤锅', 62, 4, 35),
  meter('w03-power', '银丝线面坊电表', 'json', load(0.3, 3.6, 36)),
  meter('w04-power', '白溪米粉坊电表', 'json', load(0.4, 8.1, 37)),
  meter('w05-power', '桂香糕点坊电表', 'json', load(0.4, 12.6, 38)),
  meter('w08-power', '玉板豆腐坊电表', 'json', load(0.5, 6.9, 39)),
  meter('w09-power', '翠坛酱腌菜坊电表', 'json', load(0.2, 1.8, 40)),
  jsonRoom('w02-store', '穗丰线面坊成品库', 22.1, 61, 41),
  sensor(
    'json',
    'sump-pump',
    '集水池水泵',
    'CT-10',
    10,
    metric('current', '电流', 'A', 'current')((t) => (sump(t) > 46 ? around(5.4, 0.3, 42)(t) : 0)),
    metric('running', '运行', null, 'running')((t) => sump(t) > 46),
  ),
  sensor(
    'json',
    'purifier',
    '油烟净化器',
    'CT-10',
    10,
    metric('fan_kw', '风机功率', 'kW', 'power')(around(2.2, 0.1, 43)),
    metric('purifier_kw', '净化器功率', 'kW', 'power')(around(0.8, 0.05, 44)),
  ),
  jsonRoom('gateway-room', '弱电间', 26.3, 44, 45),
  sensor(
    'json',
    'w10-gas',
    '秋实卤味坊燃气探头',
    'GD-LEL',
    10,
    metric('lel', '燃气', '%LEL', 'gas')((t) => Math.abs(around(0.4, 0.4, 46)(t))),
  ),
]

export const demoSensors: readonly SensorSpec[] = [...announced, ...plain]
