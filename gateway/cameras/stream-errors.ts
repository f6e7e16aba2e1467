/** From ffmpeg's words to reasons that an operator understands. */
import { Failure, type FailureKind } from '../domain/failure.ts'
import { type GapReason, gapReasons } from '../domain/words.ts'

interface Meaning {
  readonly says: RegExp
  readonly kind: FailureKind
  readonly code: GapReason
  readonly message: string
}

/** The first one that fits. */
const meanings: readonly Meaning[] = [
  {
    says: /401 Unauthorized|403 Forbidden|authorization failed/i,
    kind: 'denied',
    code: 'camera-denied',
    message: 'the camera refuses the user or the password',
  },
  {
    says: /404 Not Found|Stream not found/i,
    kind: 'away',
    code: 'stream-not-found',
    message: 'the camera has no such stream (404)',
  },
  {
    says: /461 Unsupported transport|method SETUP failed/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'the camera does not offer video over TCP',
  },
  {
    says: /method \w+ failed: [45]\d\d|Server returned [45]XX/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'the camera answers with an error of its own; many do when too many programs watch them',
  },
  {
    says: /Connection refused/i,
    kind: 'away',
    code: 'camera-unreachable',
    message: 'the camera refuses connections on its RTSP port',
  },
  {
    says: /No route to host|Host is unreachable/i,
    kind: 'away',
    code: 'no-route',
    message: 'nothing answers at the camera’s address: it is off, unplugged, or in another network',
  },
  {
    says: /Network is unreachable/i,
    kind: 'away',
    code: 'no-route',
    message: 'this machine has no way to the camera’s network',
  },
  {
    says: /Name or service not known|Failed to resolve hostname/i,
    kind: 'away',
    code: 'no-route',
    message: 'the camera’s host name is not known',
  },
  { says: /timed out/i, kind: 'away', code: 'camera-timeout', message: 'the camera does not answer' },
  {
    says: /matches no streams|does not contain any stream|Could not find tag for codec|codec not currently supported in container/i,
    kind: 'invalid',
    code: 'unsupported-codec',
    message: 'the stream has no H.264 or H.265 video',
  },
]

/** @param lines the last lines of stderr @param hadFrames whether the connection once delivered pictures */
export function streamFailure(lines: readonly string[], hadFrames: boolean): Failure {
  const text = lines.join('\n')
  const meaning = meanings.find(({ says }) => says.test(text))
  if (meaning) return new Failure(meaning.kind, meaning.code, meaning.message)
  return hadFrames
    ? new Failure('away', 'camera-lost', 'the camera ended the connection')
    : new Failure('away', 'camera-lost', 'the camera ended the connection before the first picture', {
        said: lines.at(-1)?.slice(0, 200) ?? '',
      })
}

/**
 * No byte of video for so long that the reader gave up.
 * @param lines the last lines of stderr, after ffmpeg was told to end @param hadBytes whether video came before
 */
export function silenceFailure(lines: readonly string[], hadBytes: boolean): Failure {
  if (hadBytes) return new Failure('away', 'stalled', 'connected, but nothing came for 10 s')
  // Ended in the middle of looking for the video: the camera had agreed to send it.
  return /Could not find codec parameters/i.test(lines.join('\n'))
    ? new Failure('away', 'stalled', 'the camera accepts the connection and sends no video')
    : new Failure('away', 'camera-timeout', 'the camera does not answer')
}

/** Codes of a camera's ONVIF side that are no reasons themselves. */
const reasonsOfCodes: Readonly<Record<string, GapReason>> = {
  // With a wrong clock the camera refuses a right password (WS-Security time stamps).
  'camera-clock-skew': 'camera-denied',
  'camera-no-profile': 'unsupported-codec',
  'camera-not-found': 'stream-not-found',
}
/** What the system said when the camera was away, in `facts.system`. */
const reasonsOfSystem: Readonly<Record<string, GapReason>> = {
  ECONNREFUSED: 'camera-unreachable',
  ENOTFOUND: 'no-route',
  EAI_AGAIN: 'no-route',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  ECONNRESET: 'camera-lost',
  EPIPE: 'camera-lost',
  ETIMEDOUT: 'camera-timeout',
}

/** What a failure to reach or to read a camera means for its timeline. */
export function gapReasonOf({ code, facts }: Failure): GapReason {
  // ONVIF has one code for all ways of being away.
  if (code === 'camera-unreachable' && 'host' in facts)
    return typeof facts.system === 'string' ? (reasonsOfSystem[facts.system] ?? 'camera-lost') : 'camera-timeout'
  return gapReasons.find((reason) => reason === code) ?? reasonsOfCodes[code] ?? 'camera-lost'
}
