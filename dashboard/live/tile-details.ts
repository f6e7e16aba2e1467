import type { LadderStep } from '../../gateway/domain/words.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { Shown } from './play-state.ts'

/** Why a tile looks as it does, measured. Null where it is not known yet. Counts grow as long as the tile plays. */
export interface TileDetails {
  /** Codec, size, why this one, and each better step with its reason. */
  readonly shown: Shown | null
  /** The step of the ladder that is shown. */
  readonly step: LadderStep | null
  /** What the player itself holds back: the wall's main streams are all given out, or this browser dropped too many frames. */
  readonly held: 'no-main-left' | 'dropping' | null
  /** A better or smaller stream is being opened behind the one that is shown. */
  readonly switching: boolean
  readonly fps: number | null
  readonly kbps: number | null
  readonly gopMs: Millis | null
  readonly bFrames: boolean | null
  /** From when the picture was taken, as far as the gateway can know, to now. */
  readonly ageMs: Millis | null
  /** From the playhead to the newest frame that is there, and what the player aims at. */
  readonly lagMs: Millis | null
  readonly targetMs: Millis | null
  readonly together: 'off' | 'in' | 'apart'
  readonly presented: number
  /** Decoded and never shown, as the browser counts. */
  readonly dropped: number
  /** Left out by the gateway, because this browser or the way to it was too slow. */
  readonly leftOut: number
  readonly errors: { readonly quota: number; readonly decode: number; readonly network: number }
  /** Times that nothing was presented for 2 s although something should have been. */
  readonly stalls: number
  readonly rebuilds: number
  /** Steps that this browser could not play; each is tried again after a while. */
  readonly failed: readonly LadderStep[]
}
