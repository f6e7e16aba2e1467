import { hours, type Millis, minutes } from './units.ts'
import type { AreaKind } from './words.ts'

/** What the templates look at. */
export interface TemplateMetric {
  readonly key: string
  readonly name: string
  readonly kind: string | null
  readonly unit: string | null
  readonly type: 'number' | 'binary'
  readonly periodMs: Millis | null
  /** Its last value; a cold store is told from a dry one by it. Null before the first. */
  readonly value: number | null
}
export interface TemplatePlace {
  readonly areaKind: AreaKind
  /** What the workshop makes, in its own words; null outside a workshop. */
  readonly product: string | null
}
/** A rule as somebody may take it, change it or leave it. */
export interface RuleTemplate {
  readonly name: string
  readonly metric: string
  readonly condition: 'above' | 'below' | 'silent'
  readonly threshold: number
  readonly forMs: Millis
  readonly hysteresis: number
  readonly severity: 'warning' | 'critical'
  readonly enabled: boolean
}

/** A limit: its side, where it warns and where it is critical, after how long, and how far back it must come. */
interface Limit {
  readonly side: 'above' | 'below'
  readonly warn?: readonly [threshold: number, forMs: Millis]
  readonly critical?: readonly [threshold: number, forMs: Millis]
  readonly back: number
}
interface Template {
  readonly kinds: readonly string[]
  readonly unit?: RegExp
  readonly fits: (place: TemplatePlace, metric: TemplateMetric) => boolean
  readonly limits: readonly Limit[]
}

const makes = (words: RegExp) => (place: TemplatePlace) => words.test(place.product ?? '')
const isMeat = makes(/肉|腊|火腿|香肠|卤|meat|sausage|ham/i)
const isPerishable = makes(/肉|鱼|奶|乳|湿米粉|河粉|豆腐|meat|fish|cream|milk|tofu|rice noodle/i)
const isRiceNoodle = makes(/湿米粉|河粉|米线|rice noodle/i)
const isPastry = makes(/糕|饼|点心|pastry|cake/i)
const isTea = makes(/茶|tea/i)
const isPickle = makes(/酱腌|腌菜|泡菜|咸菜|pickle/i)
const isIn =
  (...kinds: readonly AreaKind[]) =>
  (place: TemplatePlace) =>
    kinds.includes(place.areaKind)
const reads = (low: number, high: number, { value }: TemplateMetric) => value !== null && value >= low && value < high

const above = (back: number, warn?: Limit['warn'], critical?: Limit['critical']): Limit => ({
  side: 'above',
  back,
  warn,
  critical,
})
const below = (back: number, warn?: Limit['warn'], critical?: Limit['critical']): Limit => ({
  side: 'below',
  back,
  warn,
  critical,
})

/**
 * Limits by what is measured and where; for each kind the first that fits is taken. Temperatures in °C. A zone edits them: they are what
 * GB 31654-2021, GB/T 30375, GB 18483 and the practice of the trade give a small workshop to begin with.
 */
const templates: readonly Template[] = [
  // Cold rooms: what hangs in it tells whether it is frozen, chilled or dry.
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'store' && reads(-60, -8, metric),
    limits: [above(1, [-18, minutes(30)], [-15, minutes(60)])],
  },
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'store' && isPerishable(place) && reads(-8, 14, metric),
    limits: [above(0.5, [4, minutes(15)], [7, minutes(30)]), below(0.5, [-1, minutes(30)])],
  },
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'store' && reads(-8, 14, metric),
    limits: [above(0.5, [10, minutes(15)], [12, minutes(30)]), below(0.5, [0, minutes(30)])],
  },
  {
    kinds: ['humidity'],
    fits: (place) => isTea(place) && isIn('store', 'pack')(place),
    limits: [above(2, [50, hours(2)], [55, hours(2)])],
  },
  { kinds: ['temperature'], fits: isIn('store'), limits: [above(1, [30, minutes(60)])] },
  { kinds: ['humidity'], fits: isIn('store', 'pack'), limits: [above(3, [75, minutes(60)], [80, minutes(60)])] },
  // Rooms where food lies open.
  {
    kinds: ['temperature'],
    fits: (place) => isMeat(place) && isIn('raw', 'process')(place),
    limits: [above(0.5, [12, minutes(30)], [15, minutes(30)])],
  },
  {
    kinds: ['temperature'],
    fits: (place) => isMeat(place) && place.areaKind === 'pack',
    limits: [above(0.5, [15, minutes(30)], [18, minutes(30)])],
  },
  // Bongkrekic acid forms from about 26 °C on, and boiling does not destroy it.
  {
    kinds: ['temperature'],
    fits: (place) => isRiceNoodle(place) && isIn('process', 'pack')(place),
    limits: [above(0.5, [25, minutes(20)], [26, minutes(60)])],
  },
  {
    kinds: ['temperature'],
    fits: (place) => isPastry(place) && isIn('process', 'pack')(place),
    limits: [above(0.5, [25, minutes(30)], [28, minutes(30)])],
  },
  {
    kinds: ['temperature'],
    fits: (place) => isPickle(place) && place.areaKind === 'process',
    limits: [above(1, [20, hours(4)], [25, hours(4)])],
  },
  // The lab: a refrigerator, an incubator, a drying oven.
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'lab' && reads(-2, 14, metric),
    limits: [above(0.5, [8, minutes(15)], [8, minutes(60)]), below(0.5, [2, minutes(15)], [2, minutes(60)])],
  },
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'lab' && reads(33, 40, metric),
    limits: [above(0.2, [37, minutes(15)], [37, minutes(60)]), below(0.2, [35, minutes(15)], [35, minutes(60)])],
  },
  {
    kinds: ['temperature'],
    fits: (place, metric) => place.areaKind === 'lab' && reads(95, 115, metric),
    limits: [above(0.5, [105, minutes(15)], [105, minutes(60)]), below(0.5, [101, minutes(15)], [101, minutes(60)])],
  },
  // Doors of cold rooms.
  {
    kinds: ['door', 'opening', 'garage_door'],
    fits: isIn('store'),
    limits: [above(0, [0.5, minutes(3)], [0.5, minutes(10)])],
  },
  // Gas: the certified detector stays the first one.
  { kinds: ['gas'], unit: /%/, fits: () => true, limits: [above(2, [10, 0], [25, 0])] },
  {
    kinds: ['gas', 'smoke', 'carbon_monoxide', 'moisture', 'problem'],
    unit: /^$/,
    fits: () => true,
    limits: [above(0, undefined, [0.5, 0])],
  },
  { kinds: ['carbon_monoxide'], fits: () => true, limits: [above(5, [24, minutes(5)], [50, 0])] },
  { kinds: ['carbon_dioxide'], fits: () => true, limits: [above(250, [5_000, minutes(5)], [15_000, 0])] },
  // Treated wastewater (GB 8978 asks for pH 6 to 9) and the sump.
  {
    kinds: ['ph'],
    fits: isIn('outfall', 'waste'),
    limits: [above(0.1, undefined, [9, minutes(15)]), below(0.1, undefined, [6, minutes(15)])],
  },
  { kinds: ['level'], fits: isIn('outfall', 'waste'), limits: [above(2, [85, 0], [95, 0])] },
  // The sensor itself.
  { kinds: ['battery'], fits: () => true, limits: [below(3, [15, hours(1)], [5, hours(1)])] },
]

const leastSilenceMs = minutes(5)
const usualSilenceMs = minutes(15)
const sides = { above: '过高', below: '过低' } as const

/** Rules that fit metrics of this kind at this place, the limits first, then one for the silence of each metric. */
export function proposeRules(metrics: readonly TemplateMetric[], place: TemplatePlace): RuleTemplate[] {
  return metrics.flatMap((metric) => [...limitsOf(metric, place), ...silenceOf(metric)])
}

function limitsOf(metric: TemplateMetric, place: TemplatePlace): RuleTemplate[] {
  const fitting = templates.find(
    ({ kinds, unit, fits }) =>
      metric.kind !== null &&
      kinds.includes(metric.kind) &&
      (unit?.test(metric.unit ?? '') ?? true) &&
      fits(place, metric),
  )
  return (fitting?.limits ?? []).flatMap(({ side, warn, critical, back }) =>
    (
      [
        ['warning', warn],
        ['critical', critical],
      ] as const
    ).flatMap(([severity, limit]) =>
      limit === undefined
        ? []
        : [
            {
              name: nameOf(metric, side),
              metric: metric.key,
              condition: side,
              threshold: limit[0],
              forMs: limit[1],
              hysteresis: back,
              severity,
              enabled: true,
            },
          ],
    ),
  )
}

/** Metrics that are told on change alone have no period, and no silence. */
function silenceOf({ key, name, type, periodMs }: TemplateMetric): RuleTemplate[] {
  if (type === 'binary' && periodMs === null) return []
  const forMs = periodMs === null ? usualSilenceMs : Math.max(leastSilenceMs, 3 * periodMs)
  return [
    {
      name: `${name}无数据`,
      metric: key,
      condition: 'silent',
      threshold: 0,
      forMs,
      hysteresis: 0,
      severity: 'warning',
      enabled: true,
    },
  ]
}

const nameOf = ({ name, type }: TemplateMetric, side: 'above' | 'below'): string =>
  type === 'binary' ? `${name}未关或报警` : `${name}${sides[side]}`
