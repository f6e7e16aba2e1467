import type { WallSettings, WallView, Walls } from '../../gateway/contract/wall.ts'
import type { Role } from '../../gateway/domain/words.ts'
import { groupKey, groupOf } from './groups.ts'
import { layouts } from './layout.ts'

/** How a wall looks before anybody changed anything. */
export const startSettings: WallSettings = {
  layout: 'auto',
  group: { by: 'all' },
  troubleFirst: false,
  sequence: [],
  tourSeconds: null,
  together: false,
  alertsToFront: true,
}
export const tourSecondsLeast = 5
export const tourSecondsMost = 600
const sequenceMost = 500

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise)

/** Settings out of this browser's store, which another version may have written: what is not understood gets its start value. */
function readSettings(stored: unknown): WallSettings {
  const { layout, group, troubleFirst, sequence, tourSeconds, together, alertsToFront } = record(stored)
  const { by, id, kind } = record(group)
  const key = [by, id ?? kind].filter((part) => typeof part === 'string').join(':')
  const seconds = typeof tourSeconds === 'number' ? Math.round(tourSeconds) : 0
  return {
    layout: layouts.find((one) => one === layout) ?? startSettings.layout,
    group: groupOf(key),
    troubleFirst: flag(troubleFirst, startSettings.troubleFirst),
    sequence: Array.isArray(sequence)
      ? sequence.filter((one): one is string => typeof one === 'string').slice(0, sequenceMost)
      : [],
    tourSeconds: seconds >= tourSecondsLeast && seconds <= tourSecondsMost ? seconds : null,
    together: flag(together, startSettings.together),
    alertsToFront: flag(alertsToFront, startSettings.alertsToFront),
  }
}

/** What this browser keeps, so that the wall stands also without an answer, and a change that was not saved is not lost. */
export interface Kept {
  readonly settings: WallSettings
  /** Changed here, and the gateway has not yet said that it has them. */
  readonly unsaved: boolean
}

export const keep = (kept: Kept): string => JSON.stringify(kept)

/** @returns null when nothing was kept, or nothing that can be read */
export function readKept(stored: string | null): Kept | null {
  if (stored === null) return null
  const read = parsed(stored)
  return read === undefined
    ? null
    : { settings: readSettings(record(read)['settings']), unsaved: flag(record(read)['unsaved'], false) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    console.warn('what was kept of the wall cannot be read', thrown)
    return undefined
  }
}

/** `auto trouble`: how walls were kept before they were kept by the gateway. Null when it says nothing. */
export function readOldChoice(stored: string | null): Partial<WallSettings> | null {
  const [layout, order] = (stored ?? '').split(' ')
  const found = layouts.find((one) => one === layout)
  return found === undefined ? null : { layout: found, troubleFirst: order === 'trouble' }
}

export interface Beginning {
  readonly settings: WallSettings
  /** Must be told to the gateway. */
  readonly unsaved: boolean
}

/**
 * What the wall begins with: a change that could not be saved, else what the gateway has of this person, else the choice this browser
 * kept in the old way, else the first view of the role.
 */
export function beginning(
  walls: Walls,
  role: Role,
  kept: Kept | null,
  oldChoice: Partial<WallSettings> | null,
): Beginning {
  if (kept?.unsaved) return kept
  if (walls.current !== null) return { settings: walls.current, unsaved: false }
  const ofRole = walls.views.find((view) => view.role === role)?.settings ?? startSettings
  return oldChoice === null
    ? { settings: ofRole, unsaved: false }
    : { settings: { ...ofRole, ...oldChoice }, unsaved: true }
}

/** Equal for settings that show the same. */
const looks = ({ layout, group, troubleFirst, sequence, tourSeconds, together, alertsToFront }: WallSettings): string =>
  JSON.stringify([layout, groupKey(group), troubleFirst, sequence, tourSeconds, together, alertsToFront])

/** The view that is open: the first one that shows what is shown. */
export const openView = (views: readonly WallView[], settings: WallSettings): WallView | undefined =>
  views.find((view) => looks(view.settings) === looks(settings))
