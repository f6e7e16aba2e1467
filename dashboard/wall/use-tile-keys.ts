import type { Board } from './board.ts'
import type { WallKey } from './keys.ts'
import { layoutDropId } from './layout-drop.tsx'
import { moved } from './layout.ts'
import type { Scene } from './scene.ts'
import { useWallKeys } from './use-keys.ts'

interface TileKeysOptions {
  readonly board: Board
  readonly scene: Scene
  /** The tile that has, or last had, the focus. */
  readonly reachedId: string | null
  readonly arranging: boolean
  /** May places be changed? */
  readonly allowed: boolean
  readonly focusTile: (cameraId: string | undefined) => void
  readonly show: (cameraId: string | null) => void
  readonly close: () => void
  readonly turn: (page: number) => void
  readonly swap: (cameraId: string, otherId: string) => void
  readonly refuse: () => void
  readonly endArrange: () => void
  readonly toggleTour: () => void
  readonly showKeys: () => void
  readonly snapshot: (cameraId: string) => void
}

/** What each key does to the tiles. */
export function useTileKeys(options: TileKeysOptions): void {
  useWallKeys((key) => run(key, options))
}

/** @returns false when the key meant nothing now, and stays the browser's */
function run(key: WallKey, options: TileKeysOptions): boolean {
  const { board, scene, reachedId } = options
  const { shown, large, at, plan, pages } = scene
  const hereId = large?.id ?? reachedId
  const here = shown.findIndex(({ id }) => id === hereId)
  if (key.kind === 'back') return back(options)
  if (key.kind === 'page') {
    if (pages > 1) options.turn(at + key.by)
    return pages > 1
  }
  if (key.kind === 'tile') {
    const camera = shown[key.index]
    if (camera !== undefined) options.show(camera.id)
    return camera !== undefined
  }
  if (key.kind === 'arrow' || key.kind === 'swap') {
    const next = here < 0 ? 0 : moved(plan.cells, here, key.key, shown.length)
    const [from, to] = [shown[here]?.id, shown[next ?? -1]?.id]
    if (to === undefined) return false
    if (key.kind === 'arrow') {
      if (large === null) options.focusTile(to)
      else options.show(to)
    } else if (from !== undefined && large === null) {
      if (!options.allowed) options.refuse()
      else {
        options.swap(from, to)
        options.focusTile(from)
      }
    }
    return true
  }
  if (key.kind === 'layout') document.getElementById(layoutDropId)?.click()
  else if (key.kind === 'tour') options.toggleTour()
  else if (key.kind === 'help') options.showKeys()
  else {
    const cameraId = hereId ?? shown[0]?.id
    if (cameraId === undefined) return false
    if (key.kind === 'snapshot') options.snapshot(cameraId)
    else board.explained.value = board.explained.peek() === cameraId ? null : cameraId
  }
  return true
}

/** Escape leaves one thing at a time, the last that was opened first. */
function back({ board, scene, arranging, endArrange, close }: TileKeysOptions): boolean {
  if (arranging) endArrange()
  else if (board.explained.peek() !== null) board.explained.value = null
  else if (scene.large !== null) close()
  else return false
  return true
}
