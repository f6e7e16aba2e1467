import type { StreamFacts } from '../contract/camera.ts'

/**
 * What an SDP description says about its first H.264 or H.265 track. Width and height are 0 when it does not tell.
 * @returns undefined when there is no such track
 */
export function readSdpVideo(sdp: string): StreamFacts | undefined {
  const lines = sdp.split(/\r?\n/)
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []))
  for (const [n, start] of starts.entries()) {
    if (!lines[start]?.startsWith('m=video ')) continue
    const found = readTrack(lines.slice(start, starts[n + 1]))
    if (found) return found
  }
  return undefined
}

function readTrack(lines: readonly string[]): StreamFacts | undefined {
  const codec = firstMatch(lines, /^a=rtpmap:\d+ +(H264|H265|HEVC)\/90000/i)?.toUpperCase()
  if (codec === undefined) return undefined
  return {
    codec: codec === 'H264' ? 'H264' : 'H265',
    ...sizeOf(lines),
    fps: positive(firstMatch(lines, /^a=(?:x-)?framerate:\s*([\d.]+)/i)),
    kbps: positive(firstMatch(lines, /^b=AS:(\d+)/)),
  }
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
