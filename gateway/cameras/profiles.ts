import type { StreamFacts, StreamName } from '../contract/camera.ts'
import { attributeOf, children, descend, numberOf, type SoapNode, textOf } from './soap.ts'

/** One media profile of a device that carries video we can keep. */
export interface VideoProfile {
  readonly token: string
  readonly facts: StreamFacts
  readonly hasPtz: boolean
}

/** Smaller than this a picture on the wall shows nothing. */
const leastSubWidthPx = 320

/**
 * Video profiles out of a GetProfilesResponse, of the media service (encoder under `VideoEncoderConfiguration`) or of media2
 * (under `Configurations`). Those that are neither H.264 nor H.265 are left out.
 */
export function readProfiles(response: SoapNode): VideoProfile[] {
  return children(response, 'profiles').flatMap((node) => {
    const configurations = descend(node, 'configurations')
    const encoder = descend(node, 'videoEncoderConfiguration') ?? descend(configurations, 'videoEncoder')
    const token = attributeOf(node, 'token')
    const codec = codecOf(textOf(encoder, 'encoding'))
    if (!encoder || token === null || codec === null) return []
    const resolution = descend(encoder, 'resolution')
    const rate = descend(encoder, 'rateControl')
    return {
      token,
      facts: {
        codec,
        widthPx: Math.round(numberOf(resolution, 'width') ?? 0),
        heightPx: Math.round(numberOf(resolution, 'height') ?? 0),
        fps: numberOf(rate, 'frameRateLimit'),
        kbps: numberOf(rate, 'bitrateLimit'),
      },
      hasPtz: node.PTZConfiguration !== undefined || configurations?.PTZ !== undefined,
    }
  })
}

/**
 * Main is the profile with the most pixels; sub the one with the fewest that is at least 320 wide and smaller than main.
 * Of equals the first one stands: devices list the one they are made for first. Third is the largest H.264 profile of the others that is
 * at least 320 wide, for browsers that play neither of the two.
 */
export function chooseStreams(profiles: readonly VideoProfile[]): Partial<Record<StreamName, VideoProfile>> {
  const pixels = ({ facts }: VideoProfile) => facts.widthPx * facts.heightPx
  const [main, ...rest] = [...profiles].sort((a, b) => pixels(b) - pixels(a))
  if (!main) return {}
  const sub = rest
    .filter((profile) => profile.facts.widthPx >= leastSubWidthPx && pixels(profile) < pixels(main))
    .sort((a, b) => pixels(a) - pixels(b))[0]
  const third = rest.find(
    (profile) => profile !== sub && profile.facts.codec === 'H264' && profile.facts.widthPx >= leastSubWidthPx,
  )
  return { main, ...(sub && { sub }), ...(third && { third }) }
}

function codecOf(encoding: string | null): StreamFacts['codec'] | null {
  const name = (encoding ?? '').replace(/[.\s-]/g, '').toUpperCase()
  return name === 'H264' ? 'H264' : name === 'H265' || name === 'HEVC' ? 'H265' : null
}
