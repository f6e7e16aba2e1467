import { Failure } from './failure.ts'

/** A topic template such as `zone/{sensor}/{metric}`: literals, `+` for any part, `{sensor}` once and `{metric}` at most once. */
export interface TopicTemplate {
  /** The MQTT filter that receives what the template can match. */
  readonly filter: string
  /** @returns the topic up to and including the sensor's part, and the metric's part; undefined when the topic does not fit */
  match(topic: string): { sensorTopic: string; sensor: string; metric: string | null } | undefined
}

/** @throws Failure invalid (`topic-template`) */
export function topicTemplate(source: string): TopicTemplate {
  const parts = source.split('/')
  const refuse = (why: string) =>
    new Failure('invalid', 'topic-template', `topic template ${source}: ${why}`, { source })
  for (const part of parts) {
    const known = part === '{sensor}' || part === '{metric}' || part === '+'
    if (!known && /[{}+#]/.test(part)) throw refuse(`"${part}" is not {sensor}, {metric}, + or a plain word`)
  }
  const sensorAt = parts.indexOf('{sensor}')
  const metricAt = parts.indexOf('{metric}')
  if (sensorAt < 0) throw refuse('it must contain {sensor}')
  if (parts.lastIndexOf('{sensor}') !== sensorAt) throw refuse('{sensor} may stand only once')
  if (parts.lastIndexOf('{metric}') !== metricAt) throw refuse('{metric} may stand only once')

  return {
    filter: parts.map((part) => (part === '{sensor}' || part === '{metric}' ? '+' : part)).join('/'),
    match(topic) {
      const found = topic.split('/')
      if (found.length !== parts.length) return undefined
      for (const [at, part] of parts.entries()) {
        if (part === '+') continue
        if (part === '{sensor}' || part === '{metric}') {
          if (found[at] === '') return undefined
        } else if (part !== found[at]) return undefined
      }
      return {
        sensorTopic: found.slice(0, sensorAt + 1).join('/'),
        sensor: found[sensorAt] ?? '',
        metric: metricAt < 0 ? null : (found[metricAt] ?? null),
      }
    },
  }
}

/** Does an MQTT filter (`+`, `#`) receive this topic? Topics that begin with `$` are not received by a leading wildcard. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const found = topic.split('/')
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false
  for (const [at, part] of wanted.entries()) {
    if (part === '#') return true
    if (at >= found.length || (part !== '+' && part !== found[at])) return false
  }
  return wanted.length === found.length
}

/** Does everything that `wanted` receives also belong to `allowed`? Both are MQTT filters; `#` covers its parent level too. */
export function filterCovers(allowed: string, wanted: string): boolean {
  const outer = allowed.split('/')
  const inner = wanted.split('/')
  if (wanted.startsWith('$') && (outer[0] === '+' || outer[0] === '#')) return false
  for (const [at, part] of outer.entries()) {
    if (part === '#') return true
    const asked = inner[at]
    if (asked === undefined || asked === '#' || (part !== '+' && part !== asked)) return false
  }
  return outer.length === inner.length
}

/** Filters without those topics that another filter receives already, so that no broker delivers a message twice. */
export function leanFilters(filters: Iterable<string>): string[] {
  const all = [...new Set(filters)]
  const wild = all.filter((filter) => /[+#]/.test(filter))
  const open = wild.filter((filter) => filter.endsWith('#'))
  // Asked whenever a device is announced, for thousands of topics: only filters of as many levels are compared.
  const byLevels = new Map<number, string[]>()
  for (const filter of wild) {
    const levels = levelsOf(filter)
    byLevels.set(levels, [...(byLevels.get(levels) ?? []), filter])
  }
  const isReceived = (topic: string) => (other: string) =>
    other !== topic && mayReceive(other, topic) && filterMatches(other, topic)
  return all.filter((filter) => {
    const others = isReceived(filter)
    return !open.some(others) && !byLevels.get(levelsOf(filter))?.some(others)
  })
}

function levelsOf(topic: string): number {
  let levels = 1
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++
  return levels
}

/** By the letters before the first wildcard, and those after the last one: most filters are told apart by these. */
function mayReceive(filter: string, topic: string): boolean {
  const plus = filter.indexOf('+')
  const first = plus < 0 ? filter.indexOf('#') : plus
  if (filter.endsWith('#')) return topic.startsWith(filter.slice(0, Math.max(0, first - 1)))
  return topic.startsWith(filter.slice(0, first)) && topic.endsWith(filter.slice(filter.lastIndexOf('+') + 1))
}
