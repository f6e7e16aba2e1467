import type { PictureState } from '../contract/footage.ts'
import {
  confirmed,
  freshHealth,
  isSame,
  judge,
  type PictureHealth,
  type Sameness,
  troubleOf,
} from '../domain/picture-health.ts'
import { brightnessOf, changeOf, textureOf } from '../domain/picture-look.ts'
import { type EdgeMap, edgeMapOf, shiftOf } from '../domain/picture-shift.ts'
import { type Bytes, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import { type PictureTrouble, pictureTroubles } from '../domain/words.ts'
import type { Coded } from './keyframes.ts'
import type { PictureTable, Reference } from './picture-table.ts'

/** A crash forgets so much of what was learnt, and no more. */
const saveEveryMs: Millis = minutes(10)

/** Encoders put remarks and parameter sets beside some keyframes and not beside others. */
const remarksBytes: Bytes = 640
const sizeChangeOf = (before: Bytes, now: Bytes): number => Math.max(0, Math.abs(now - before) - remarksBytes) / before

/** Twelve hours of looks. */
const heardKept = 4_320
/** Some cameras that hang send the same two or three pictures in turn. */
const anchorsKept = 4

/** A decoded keyframe. */
export interface Seen {
  readonly utcMs: UtcMs
  readonly plane: Uint8Array
  /** The keyframe as the camera sent it. */
  readonly coded: Coded
}

interface Watched {
  health: PictureHealth
  /** The latest pictures that were not like any before them. */
  anchors: readonly Seen[]
  /** The coded pictures of the last hours. */
  readonly heard: Set<string>
  reference: Reference | undefined
  referenceEdges: EdgeMap | undefined
  savedUtcMs: UtcMs
}

/** What is known of each camera's picture, in memory and, every few minutes, on disk. */
export function pictureWatch(table: PictureTable) {
  const watched = new Map<string, Watched>()

  function watchOf(cameraId: string): Watched {
    const known = watched.get(cameraId)
    if (known) return known
    const health = table.health(cameraId) ?? freshHealth
    const reference = table.reference(cameraId)
    const referenceEdges = reference && edgeMapOf(reference.plane)
    const one = {
      health,
      anchors: [],
      heard: new Set<string>(),
      reference,
      referenceEdges,
      savedUtcMs: health.lookedUtcMs ?? 0,
    }
    watched.set(cameraId, one)
    return one
  }
  function save(cameraId: string, one: Watched) {
    table.saveHealth(cameraId, one.health)
    one.savedUtcMs = one.health.lookedUtcMs ?? 0
  }
  const isActive = ({ health }: Watched, trouble: PictureTrouble) => health.tracks[trouble].active

  return {
    /** Judges one picture more. @returns the troubles that this look made one */
    look(cameraId: string, seen: Seen): PictureTrouble[] {
      const one = watchOf(cameraId)
      const before = one.health
      const brightness = brightnessOf(seen.plane)
      const same = likest(one.anchors, seen)
      one.health = judge(before, {
        utcMs: seen.utcMs,
        brightness,
        texture: textureOf(seen.plane, brightness),
        same,
        repeated: isRepeated(one.heard, seen),
        shift: one.referenceEdges ? shiftOf(one.referenceEdges, edgeMapOf(seen.plane)) : null,
      })
      // While pictures stay the same each is compared with the first of them, so that slow changes add up.
      if (same === null || !isSame(same)) one.anchors = [...one.anchors, seen].slice(-anchorsKept)
      const changed = pictureTroubles.filter((trouble) => before.tracks[trouble].active !== isActive(one, trouble))
      if (changed.length > 0 || seen.utcMs - one.savedUtcMs >= saveEveryMs) save(cameraId, one)
      return changed.filter((trouble) => isActive(one, trouble))
    },
    isActive: (cameraId: string, trouble: PictureTrouble): boolean => isActive(watchOf(cameraId), trouble),
    /** A person says that this picture is right. */
    confirm(cameraId: string, reference: Reference): void {
      table.saveReference(cameraId, reference)
      const one = watchOf(cameraId)
      one.reference = reference
      one.referenceEdges = edgeMapOf(reference.plane)
      one.health = confirmed(one.health)
      save(cameraId, one)
    },
    reference: (cameraId: string): Reference | undefined => watchOf(cameraId).reference,
    /** Nobody looks at the camera any more: nothing is wrong with its picture. What was learnt stays. */
    rest(cameraId: string): void {
      const one = watchOf(cameraId)
      if (troubleOf(one.health) === null) return
      one.health = { ...one.health, tracks: freshHealth.tracks }
      save(cameraId, one)
    },
    forget(cameraId: string): void {
      watched.delete(cameraId)
      table.forget(cameraId)
    },
    stateOf(cameraId: string): PictureState {
      const { health, reference } = watchOf(cameraId)
      const wrong = troubleOf(health)
      return {
        cameraId,
        trouble: wrong?.trouble ?? null,
        sinceUtcMs: wrong?.sinceUtcMs ?? null,
        lookedUtcMs: health.lookedUtcMs,
        reference: reference
          ? { utcMs: reference.utcMs, confirmedBy: reference.confirmedBy, confirmedUtcMs: reference.confirmedUtcMs }
          : null,
      }
    },
    saveAll(): void {
      for (const [cameraId, one] of watched) if (one.health.lookedUtcMs !== null) save(cameraId, one)
    },
  }
}
/** The earlier picture that differs least. */
function likest(earlier: readonly Seen[], seen: Seen): Sameness | null {
  let best: Sameness | null = null
  for (const { plane, coded } of earlier) {
    const change = changeOf(plane, seen.plane)
    if (best === null || change < best.change)
      best = { change, sizeChange: sizeChangeOf(coded.bytes, seen.coded.bytes) }
  }
  return best
}

/** Did these very bytes come before? Remembers them, and forgets the oldest. */
function isRepeated(heard: Set<string>, { coded }: Seen): boolean {
  const print = `${coded.bytes}-${coded.crc}`
  if (heard.has(print)) return true
  heard.add(print)
  const [oldest] = heard
  if (heard.size > heardKept && oldest !== undefined) heard.delete(oldest)
  return false
}
export type PictureWatch = ReturnType<typeof pictureWatch>
