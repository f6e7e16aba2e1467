/** What every reader of a camera gives: one init, then frames; a new init when the parameters change. */
import type { UtcMs } from '../domain/units.ts'

/** One encoded picture, times in the stream's timescale. */
export interface Sample {
  readonly data: Uint8Array
  /** Decoding time. */
  readonly dts: number
  /** Presentation time minus decoding time; not 0 with B-frames. */
  readonly cts: number
  readonly duration: number
  /** A sync sample: decoding can start here. */
  readonly key: boolean
}

export interface StreamInit {
  /** `ftyp` and `moov`. */
  readonly bytes: Uint8Array
  /** RFC 6381, from the parameter sets, e.g. `avc1.4D401F` or `hvc1.1.6.L93.B0`. */
  readonly codec: string
  /** Ticks per second of all times of the stream. */
  readonly timescale: number
  readonly widthPx: number
  readonly heightPx: number
}

export interface StreamFrame {
  readonly sample: Sample
  /** The same picture as one `moof` and `mdat`. */
  readonly bytes: Uint8Array
  /** When its last byte arrived, by the gateway's clock. */
  readonly arrivedUtcMs: UtcMs
}

export type StreamEvent =
  | { readonly init: StreamInit; readonly frame?: undefined }
  | { readonly frame: StreamFrame; readonly init?: undefined }

/** MIME type for MediaSource and HLS. */
export const mimeOf = (codec: string): string => `video/mp4; codecs="${codec}"`

/** What an init says about its stream. */
export const shapeOf = ({ codec, widthPx, heightPx }: StreamInit) => ({
  codec: codec.startsWith('avc') ? ('H264' as const) : ('H265' as const),
  widthPx,
  heightPx,
})
