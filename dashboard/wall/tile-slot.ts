import type { Signal } from '@preact/signals'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { TileDetails } from '../live/tile-details.ts'

/** What stands over the picture of a tile; one at a time. */
export type TilePanel = 'ptz' | 'replay' | null

/** What a large tile hands to those who put something into its line (`TileActions`) or over its picture (`TileOver`). */
export interface TileSlot {
  readonly camera: Camera
  /** What is shown, measured now; null while nothing plays. */
  readonly details: () => TileDetails | null
  readonly panel: Signal<TilePanel>
  /** Back to all tiles. */
  readonly close: () => void
}
