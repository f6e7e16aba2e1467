import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Camera } from '../../gateway/contract/camera.ts'
import { type Gate, handshakeGate } from '../live/gate.ts'
import { firstState, type PlayState } from '../live/play-state.ts'
import type { TileDetails } from '../live/tile-details.ts'
import { type TogetherGroup, togetherGroup } from '../live/together.ts'

/** Why a camera is not played at all: nobody may, this person may not, or it is switched off. */
export type Withheld = 'disabled' | 'privacy' | 'forbidden'

/** @param areaIds whose pictures the person may see; null: all */
export function withheldOf(
  camera: Pick<Camera, 'enabled' | 'privacy' | 'areaId'>,
  areaIds: readonly string[] | null,
): Withheld | null {
  if (areaIds !== null && !areaIds.includes(camera.areaId)) return 'forbidden'
  if (!camera.enabled) return 'disabled'
  return camera.privacy ? 'privacy' : null
}

/** One tile as the others of the wall may know it. */
export interface TileSeat {
  readonly state: Signal<PlayState>
  /** Set by whoever plays it. */
  details: () => TileDetails | null
}

/** What all tiles of a wall share. Nothing here draws: a frame or an age never draws the wall again. */
export interface Board {
  readonly gate: Gate
  readonly together: TogetherGroup
  seat(cameraId: string): TileSeat
  /** The camera whose tile tells why it looks as it does. */
  readonly explained: Signal<string | null>
  /** Cameras that may take the main stream, the first four that can use it. */
  readonly mains: Signal<ReadonlySet<string>>
}

export function wallBoard(): Board {
  const seats = new Map<string, TileSeat>()
  return {
    gate: handshakeGate(),
    together: togetherGroup(),
    seat(cameraId) {
      const known = seats.get(cameraId)
      if (known !== undefined) return known
      const made: TileSeat = { state: signal(firstState), details: () => null }
      seats.set(cameraId, made)
      return made
    },
    explained: signal(null),
    mains: signal(new Set()),
  }
}

/** Of the cameras that are shown: those meant to be live, and those that truly are. */
export interface Count {
  readonly live: number
  readonly meant: number
  /** Of the others, how many are how. */
  readonly others: ReadonlyMap<PlayState['kind'] | Withheld, number>
}

export function countOf(
  tiles: readonly { readonly withheld: Withheld | null; readonly state: ReadonlySignal<PlayState> }[],
): Count {
  const others = new Map<PlayState['kind'] | Withheld, number>()
  let [live, meant] = [0, 0]
  for (const { withheld, state } of tiles) {
    const kind = withheld ?? state.value.kind
    // What nobody should see now, withheld or out of sight, is not missing.
    if (withheld === null && kind !== 'paused') meant++
    if (kind === 'live') live++
    else others.set(kind, (others.get(kind) ?? 0) + 1)
  }
  return { live, meant, others }
}

const mainsMost = 4
/** Below this share of the sub stream's height nothing is gained by the main stream. */
const leastGain = 0.9

/**
 * Who may take the main stream: the first four that would be better for it.
 * @param tiles by importance, with the height of their pictures in device pixels
 */
export function mainsOf(
  tiles: readonly { readonly camera: Pick<Camera, 'id' | 'sub'>; readonly heightPx: number }[],
): ReadonlySet<string> {
  const gain = tiles.filter(({ camera, heightPx }) => camera.sub === null || heightPx > camera.sub.heightPx * leastGain)
  return new Set(gain.slice(0, mainsMost).map(({ camera }) => camera.id))
}
