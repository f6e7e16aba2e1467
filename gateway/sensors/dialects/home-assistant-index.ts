import type { DeviceSaid } from '../../domain/dialect.ts'
import type { HaAvailability, HaAvailabilityTopic, HaComponent } from './home-assistant-component.ts'
import type { HaConfig } from './home-assistant-config.ts'

/** A metric of a device, where its value stands in a message. */
export interface Bound {
  readonly device: string
  readonly metric: string
  readonly component: HaComponent
}
/** What an availability topic says of a device. */
export interface Watch extends HaAvailabilityTopic {
  readonly device: string
  /** Its last word; undefined before the first. */
  isAvailable: boolean | undefined
  /** The higher, the later it was said. */
  order: number
}
interface Group {
  readonly mode: HaAvailability['mode']
  readonly watches: readonly Watch[]
}
interface Held {
  readonly configs: Map<string, HaConfig>
  bounds: readonly Bound[]
  groups: readonly Group[]
  /** It was offered, and not taken back. */
  isAnnounced: boolean
}

/** Discovery topics of one device: it has one for each metric, and some for what is no sensor. */
const mostConfigs = 128
const mostConfigsOfAll = 5_000

/** All that was announced, found by the topics on which it will speak. */
export function haIndex() {
  const byConfig = new Map<string, string>()
  const devices = new Map<string, Held>()
  const bounds = new Map<string, Bound[]>()
  const watches = new Map<string, Watch[]>()
  let orders = 0

  /** The device's components under metric keys that do not collide, in the same order after every restart. */
  function bind(device: string, held: Held): Bound[] {
    const taken = new Set<string>()
    const configs = [...held.configs].sort(([left], [right]) => (left < right ? -1 : 1))
    return configs
      .flatMap(([, { components }]) => components)
      .map((component) => {
        let metric = component.key
        for (let n = 2; taken.has(metric); n++) metric = `${component.key}_${n}`
        taken.add(metric)
        return { device, metric, component }
      })
  }

  function unlist(held: Held) {
    for (const bound of held.bounds) dropFrom(bounds, bound.component.stateTopic, bound)
    for (const { watches: own } of held.groups) for (const watch of own) dropFrom(watches, watch.topic, watch)
  }

  /** Finds the device anew by all that its discovery topics say now. What its availability topics said before stays said. */
  function list(device: string, held: Held) {
    const before = held.groups.flatMap(({ watches: own }) => own)
    unlist(held)
    held.bounds = bind(device, held)
    const given = [...held.configs.values()].flatMap(({ availability, components }) => [
      availability,
      ...components.map((component) => component.availability),
    ])
    held.groups = given
      .filter((availability) => availability !== null)
      .map(({ mode, topics }) => ({
        mode,
        watches: topics.map((entry) => {
          const said = before.find(({ topic }) => topic === entry.topic)
          return { ...entry, device, isAvailable: said?.isAvailable, order: said?.order ?? 0 }
        }),
      }))
    for (const bound of held.bounds) addTo(bounds, bound.component.stateTopic, bound)
    for (const { watches: own } of held.groups) for (const watch of own) addTo(watches, watch.topic, watch)
  }

  /** @returns the device of the topic, which may have nothing left; undefined when the topic said nothing before */
  function remove(topic: string): { device: string; held: Held } | undefined {
    const device = byConfig.get(topic)
    const held = device === undefined ? undefined : devices.get(device)
    if (device === undefined || !held) return undefined
    byConfig.delete(topic)
    held.configs.delete(topic)
    list(device, held)
    if (held.configs.size === 0) devices.delete(device)
    return { device, held }
  }

  return {
    bounds: bounds as ReadonlyMap<string, readonly Bound[]>,
    watches: watches as ReadonlyMap<string, readonly Watch[]>,
    remove,
    /** @returns why there is no room; otherwise the device, and the one that the topic spoke of before, when it is another */
    set(topic: string, config: HaConfig) {
      const { device } = config
      const before = byConfig.get(topic)
      const there = devices.get(device)
      if (before === undefined && byConfig.size >= mostConfigsOfAll) return 'too-many-candidates' as const
      if (!there?.configs.has(topic) && (there?.configs.size ?? 0) >= mostConfigs) return 'too-many-metrics' as const
      const left = before !== undefined && before !== device ? remove(topic) : undefined
      const held = there ?? { configs: new Map(), bounds: [], groups: [], isAnnounced: false }
      devices.set(device, held)
      byConfig.set(topic, device)
      held.configs.set(topic, config)
      list(device, held)
      return { device, held, left }
    },

    /** Writes down what an availability topic says. @param available undefined when it was neither of its two words */
    note(watch: Watch, available: boolean | undefined) {
      if (available === undefined) return
      watch.isAvailable = available
      watch.order = ++orders
    },
    /** undefined while nobody said anything. Away when everything that was said of its parts says so. */
    isAlive(device: string): boolean | undefined {
      const known = (devices.get(device)?.groups ?? []).flatMap((group) => verdict(group) ?? [])
      return known.length === 0 ? undefined : known.some(Boolean)
    },
  }
}
export type HaIndex = ReturnType<typeof haIndex>
export type HaHeld = Held

function verdict({ mode, watches }: Group): boolean | undefined {
  const said = watches.filter(({ isAvailable }) => isAvailable !== undefined)
  const [first] = said
  if (!first) return undefined
  if (mode === 'all') return said.every(({ isAvailable }) => isAvailable)
  if (mode === 'any') return said.some(({ isAvailable }) => isAvailable)
  return said.reduce((last, next) => (next.order >= last.order ? next : last)).isAvailable
}

/** The device as it is offered: those of its components that `isOffered` lets through. */
export function deviceSaid(device: string, held: Held, isOffered: (bound: Bound) => boolean): DeviceSaid {
  const [first] = held.configs.values()
  const configs = [...held.configs.values()]
  return {
    device,
    name: first?.name ?? device,
    model: configs.find(({ model }) => model !== null)?.model ?? null,
    complete: true,
    metrics: held.bounds.filter(isOffered).map(({ metric, component }) => ({
      key: metric,
      name: component.name,
      unit: component.unit,
      kind: component.deviceClass,
      type: component.type,
      expiresMs: component.expireAfterMs,
      guessed: false,
    })),
  }
}

function addTo<T>(lists: Map<string, T[]>, topic: string, item: T) {
  const there = lists.get(topic)
  if (there) there.push(item)
  else lists.set(topic, [item])
}

function dropFrom<T>(lists: Map<string, T[]>, topic: string, item: T) {
  const left = lists.get(topic)?.filter((other) => other !== item)
  if (left && left.length > 0) lists.set(topic, left)
  else lists.delete(topic)
}
