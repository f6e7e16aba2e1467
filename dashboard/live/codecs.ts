/** Levels that cameras use: 3.0, 3.1, 4.0, 4.1, 4.2, 5.0, 5.1. */
const avcLevels = ['1E', '1F', '28', '29', '2A', '32', '33']
/** Constrained baseline, main, high. */
const avcProfiles = ['42E0', '4D40', '6400']
/** Main profile at levels 3.1, 4.0, 4.1, 5.0, 5.1, and Main 10 at 4.0 and 5.0. */
const hevc = ['1.6.L93.B0', '1.6.L120.B0', '1.6.L123.B0', '1.6.L150.B0', '1.6.L153.B0', '2.4.L120.B0', '2.4.L150.B0']

export const mpeg1Mime = 'video/mpeg1'
export const jpegMime = 'image/jpeg'

export const candidateMimes: readonly string[] = [
  ...avcProfiles.flatMap((profile) => avcLevels.map((level) => `video/mp4; codecs="avc1.${profile}${level}"`)),
  ...hevc.map((tail) => `video/mp4; codecs="hvc1.${tail}"`),
]

/**
 * The `accept` list of the hello: what this browser says it plays, then what every browser with a canvas does.
 * @param isTypeSupported `MediaSource.isTypeSupported`, or undefined where there is no MediaSource
 */
export function acceptedMimes(isTypeSupported: ((mime: string) => boolean) | undefined): string[] {
  const played = isTypeSupported ? candidateMimes.filter((mime) => isTypeSupported(mime)) : []
  return [...played, mpeg1Mime, jpegMime]
}
