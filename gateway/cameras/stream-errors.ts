/** From ffmpeg's words to reasons that an operator understands. */
import { Failure, type FailureKind } from '../domain/failure.ts'
import { type GapReason, gapReasons } from '../domain/words.ts'

interface Meaning {
  readonly says: RegExp
  readonly kind: FailureKind
  readonly code: GapReason
  readonly message: string
}

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
    code: 'camera-lost',
    message: 'the camera has no such stream (404)',
  },
  {
    says: /461 Unsupported transport|method SETUP failed/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'the camera does not offer video over TCP',
  },
  {
    says: /Connection refused/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'the camera refuses connections on its RTSP port',
  },
  {
    says: /No route to host|Network is unreachable|Host is unreachable/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'there is no way to the camera in the network',
  },
  { says: /timed out|Operation timed out/i, kind: 'away', code: 'camera-lost', message: 'the camera does not answer' },
  {
    says: /Name or service not known|Failed to resolve hostname/i,
    kind: 'away',
    code: 'camera-lost',
    message: 'the camera’s host name is not known',
  },
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

/** What a failure to reach or to read a camera means for its timeline. */
export function gapReasonOf({ code }: Failure): GapReason {
  const known = gapReasons.find((reason) => reason === code)
  if (known) return known
  // With a wrong clock the camera refuses a right password (WS-Security time stamps).
  if (code === 'camera-clock-skew') return 'camera-denied'
  return code === 'camera-no-profile' ? 'unsupported-codec' : 'camera-lost'
}
