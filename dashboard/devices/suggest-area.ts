import type { Metric, SensorCandidate } from '../../gateway/contract/sensor.ts'
import type { AreaKind } from '../../gateway/domain/words.ts'
import type { Place } from '../api/places.ts'

/** Words by which devices and topics are named, for the kinds of areas they mostly stand in. */
const kindWords: Partial<Record<AreaKind, readonly string[]>> = {
  raw: ['raw', 'soak', '原料', '浸泡'],
  process: [
    'process',
    'hall',
    'dry',
    'drying',
    'boil',
    'boiler',
    'oven',
    'ferment',
    '加工',
    '烘干',
    '晾',
    '煮',
    '发酵',
  ],
  pack: ['pack', 'packing', '包装'],
  store: ['store', 'cold', 'fridge', 'freezer', 'cool', 'chill', '库', '冷藏', '冷冻', '冰'],
  lab: ['lab', 'incubator', '检验', '化验', '培养箱', '留样'],
  gate: ['gate', '大门'],
  waste: ['waste', '废物', '垃圾'],
  outfall: ['outfall', 'sewage', 'effluent', '排放', '污水'],
}

/** Letters and digits in a row; each Chinese name stays whole. */
const tokens = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z]+|\d+|[a-z0-9-]+/g) ?? [])

/** An id or name of the zone that stands in a text as a whole: `w1` is not in `w12`. */
function names(text: string, name: string): boolean {
  if (name.length < 2) return false
  const at = text.indexOf(name)
  if (at < 0) return false
  const isWord = (char: string | undefined) => char !== undefined && /[a-z0-9]/.test(char)
  return !isWord(text[at - 1]) && !isWord(text[at + name.length])
}

/**
 * The area that a device names itself: by its id or name, by its workshop, by a word for its kind. Only when one is clearly the best;
 * somebody checks it anyway.
 */
export function suggestArea(
  candidate: Pick<SensorCandidate, 'name' | 'topic'> & { readonly metrics: readonly Pick<Metric, 'name'>[] },
  places: ReadonlyMap<string, Place>,
): string | null {
  const text = [candidate.name, candidate.topic].join(' ').toLowerCase()
  const said = tokens(text)
  const scored = [...places].map(([areaId, { area, workshop }]) => {
    const kind = kindWords[area.kind] ?? []
    const byKind = kind.some((word) => (/^[a-z]/.test(word) ? said.has(word) : text.includes(word)))
    const byWorkshop = workshop !== null && (names(text, workshop.id) || text.includes(workshop.name.toLowerCase()))
    const score =
      (names(text, areaId) ? 8 : 0) +
      (text.includes(area.name.toLowerCase()) ? 4 : 0) +
      (byWorkshop ? 3 : 0) +
      (byKind ? 2 : 0)
    return { areaId, score }
  })
  scored.sort((a, b) => b.score - a.score)
  const [best, next] = scored
  return best === undefined || best.score < 3 || best.score === next?.score ? null : best.areaId
}
