import type { StreamFacts } from '../contract/camera.ts'

/** What an SDP description says about its first H.264 or H.265 track. */
export interface SdpVideo {
  /** Width and height are 0 when the description does not tell. */
  readonly facts: StreamFacts
  /** H.264 SPS and PPS, or H.265 VPS, SPS and PPS, base64; empty when they come in the stream. */
  readonly parameterSets: readonly string[]
}

/** @returns undefined when there is no H.264 or H.265 video in it */
export function readSdpVideo(sdp: string): SdpVideo | undefined {
  const lines = sdp.split(/\r?\n/)
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []))
  for (const [n, start] of starts.entries()) {
    if (!lines[start]?.startsWith('m=video ')) continue
    const found = readTrack(lines.slice(start, starts[n + 1]))
    if (found) return found
  }
  return undefined
}

function readTrack(lines: readonly string[]): SdpVideo | undefined {
  for (const line of lines) {
    const mapped = /^a=rtpmap:(\d+) +(H264|H265|HEVC)\/90000/i.exec(line)
    if (!mapped) continue
    const payload = mapped[1] ?? ''
    const parameters = lines.find((other) => other.startsWith(`a=fmtp:${payload} `)) ?? ''
    const size = sizeOf(lines)
    return {
      facts: {
        codec: mapped[2]?.toUpperCase() === 'H264' ? 'H264' : 'H265',
        ...size,
        fps: positive(firstMatch(lines, /^a=(?:x-)?framerate:\s*([\d.]+)/i)),
        kbps: positive(firstMatch(lines, /^b=AS:(\d+)/)),
      },
      parameterSets: ['sprop-vps', 'sprop-sps', 'sprop-pps', 'sprop-parameter-sets'].flatMap((name) =>
        (new RegExp(`[ ;]${name}=([A-Za-z0-9+/=,]+)`).exec(parameters)?.[1] ?? '')
          .split(',')
          .filter((set) => set !== ''),
      ),
    }
  }
  return undefined
}

function sizeOf(lines: readonly string[]): { widthPx: number; heightPx: number } {
  for (const line of lines) {
    const found = /^a=x-dimensions:\s*(\d+)\s*,\s*(\d+)/i.exec(line) ?? /^a=framesize:\d+ +(\d+)-(\d+)/i.exec(line)
    if (found) return { widthPx: Number(found[1]), heightPx: Number(found[2]) }
  }
  return { widthPx: 0, heightPx: 0 }
}

const firstMatch = (lines: readonly string[], pattern: RegExp) =>
  lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined)

function positive(text: string | undefined): number | null {
  const number = Number(text ?? Number.NaN)
  return Number.isFinite(number) && number > 0 ? number : null
}
