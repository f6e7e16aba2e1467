import { Failure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import { parseRtspAddress, type RtspAddress } from './address.ts'
import { withDeadline } from './deadline.ts'
import type { DeviceFacts } from './device.ts'
import { denied, noProfile, notFound, notRtsp, stopped } from './device-failures.ts'
import { authorization } from './rtsp-auth.ts'
import { openRtsp, type RtspAnswer, type RtspConnection } from './rtsp-connection.ts'
import { readSdpVideo } from './sdp.ts'

/** Connecting and three requests; a camera that opens its encoder first takes a few seconds. */
const probeWithinMs: Millis = 10_000

/**
 * Asks an RTSP address what it streams, with the login, but does not start the stream.
 * @param rtspUrl user info inside it counts when `user` is empty, and is part of nothing that comes back
 * @throws Failure invalid: address-invalid, camera-denied, camera-no-profile, camera-not-found, camera-not-rtsp; away: camera-unreachable;
 * busy: camera-read-stopped when `signal` aborts
 */
export async function readRtsp(
  rtspUrl: string,
  user: string,
  password: string,
  signal: AbortSignal,
  { clock }: Pick<Tools, 'clock'>,
): Promise<DeviceFacts> {
  const at = parseRtspAddress(rtspUrl)
  const login = user === '' ? { user: at.user ?? '', password: at.password ?? '' } : { user, password }
  try {
    return await withDeadline(clock, probeWithinMs, signal, async (within) => {
      const connection = await openRtsp(at, within)
      try {
        return await talk(connection, at, login)
      } finally {
        connection.close()
      }
    })
  } catch (cause) {
    if (signal.aborted) throw stopped(at)
    throw cause
  }
}

async function talk(
  connection: RtspConnection,
  at: RtspAddress,
  login: { readonly user: string; readonly password: string },
): Promise<DeviceFacts> {
  // Some servers answer nothing else first; whether they like the request does not matter.
  await connection.request('OPTIONS', at.url, {})
  const describe = (headers: Readonly<Record<string, string>>) =>
    connection.request('DESCRIBE', at.url, { Accept: 'application/sdp', ...headers })
  let answer = await describe({})
  if (answer.status === 401) {
    const proof = authorization(answer.header('www-authenticate'), login, 'DESCRIBE', at.url)
    if (proof === undefined || login.user === '') throw denied(at)
    answer = await describe({ Authorization: proof })
  }
  const refused = refusal(answer, at)
  if (refused) throw refused
  const facts = readSdpVideo(answer.body)
  if (!facts) throw noProfile(at)
  return {
    device: null,
    endpoint: null,
    ptz: false,
    clockOffsetMs: null,
    streams: { main: { url: at.url, facts } },
  }
}

function refusal({ status }: RtspAnswer, at: RtspAddress): Failure | undefined {
  if (status === 200) return undefined
  if (status === 401 || status === 403) return denied(at)
  if (status === 404 || status === 454) return notFound(at)
  // A redirect would take the login to another host: the operator shall give that address himself.
  if (status >= 300 && status < 400)
    return new Failure('invalid', 'camera-moved', 'the camera sends us to another address; add that one', { status })
  return status >= 500
    ? new Failure('away', 'camera-unreachable', `the camera answers that it cannot serve the stream now (${status})`, {
        status,
      })
    : notRtsp(at)
}
