import { Failure } from '../domain/failure.ts'
import type { DeviceAddress } from './address.ts'

/** What can go wrong with a camera, each in one plain sentence. None of them quotes the device or the login. */

type At = Pick<DeviceAddress, 'host' | 'port'>
const facts = ({ host, port }: At) => ({ host, port })

export const denied = (at: At) =>
  new Failure('invalid', 'camera-denied', 'the camera refuses the user or the password', facts(at))

export const clockSkew = (at: At, offsetMs: number) =>
  new Failure(
    'invalid',
    'camera-clock-skew',
    `the camera refuses the login and its clock is ${Math.round(Math.abs(offsetMs) / 60_000)} minutes ${offsetMs > 0 ? 'ahead' : 'behind'}; set its clock, then check user and password`,
    { ...facts(at), clockOffsetMs: Math.round(offsetMs) },
  )

export const noProfile = (at: At) =>
  new Failure('invalid', 'camera-no-profile', 'the camera offers no H.264 or H.265 video', facts(at))

export const notFound = (at: At) =>
  new Failure('invalid', 'camera-not-found', 'the camera has no stream at this address (404)', facts(at))

export const notOnvif = (at: At, what: 'speaks' | 'refuses') =>
  new Failure(
    'invalid',
    'camera-not-onvif',
    what === 'speaks'
      ? 'something answers at this address, but it does not speak ONVIF'
      : 'the device refuses a request that every ONVIF camera must know',
    what === 'refuses' ? { ...facts(at), refused: true } : facts(at),
  )

export const noPtz = () => new Failure('missing', 'camera-no-ptz', 'this camera does not turn')

export const ptzRefused = (cause?: unknown) =>
  new Failure('invalid', 'ptz-refused', 'the camera refuses this movement or preset', {}, { cause })

export const notRtsp = (at: At) =>
  new Failure('invalid', 'camera-not-rtsp', 'something answers at this address, but it does not speak RTSP', facts(at))

export const stopped = (at: At) =>
  new Failure(
    'busy',
    'camera-read-stopped',
    'the camera was not read to the end, because the gateway stopped or the request was withdrawn',
    facts(at),
  )

const reasons: readonly (readonly [codes: RegExp, sentence: string])[] = [
  [/^ECONNREFUSED$/, 'the camera refuses connections on this port'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'the host name of the camera is not known in the network'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'there is no way to the camera in the network'],
  [/^(ECONNRESET|EPIPE)$/, 'the camera ended the connection before it answered'],
]

/** Nothing usable came back. @param cause what the socket or the parser said */
export function unreachable(at: At, cause: unknown): Failure {
  const code = codeOf(cause)
  if (code.startsWith('HPE_')) return notOnvif(at, 'speaks')
  const sentence = reasons.find(([codes]) => codes.test(code))?.[1] ?? 'the camera does not answer in time'
  return new Failure('away', 'camera-unreachable', sentence, code ? { ...facts(at), system: code } : facts(at), {
    cause,
  })
}

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
  return typeof code === 'string' ? code : ''
}
