import type { Camera, StreamFacts } from '../contract/camera.ts'
import { Failure } from '../domain/failure.ts'
import { type Millis, minutes } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import { type DeviceAddress, parseDeviceAddress, streamAddressAt } from './address.ts'
import { clockSkew, noProfile } from './device-failures.ts'
import { type OnvifSession, withOnvifSession } from './onvif-session.ts'
import { chooseStreams, readProfiles, type VideoProfile } from './profiles.ts'
import { children, descend, numberOf, type SoapNode, textOf } from './soap.ts'

export interface FoundStream {
  /** RTSP address without user info, at the host we asked. */
  readonly url: string
  readonly facts: StreamFacts
}

/** What a camera told about itself. */
export interface DeviceFacts {
  /** Null for a camera added by its RTSP address. */
  readonly device: NonNullable<Camera['device']> | null
  /** The device's lasting name, as in WS-Discovery; null when it does not tell. */
  readonly endpoint: string | null
  readonly streams: { readonly main: FoundStream; readonly sub?: FoundStream; readonly third?: FoundStream }
  readonly ptz: boolean
  /** The camera's clock minus ours; null when it does not tell. It counts whole seconds, so this is good to half a second. */
  readonly clockOffsetMs: Millis | null
}

/** WS-Security stamps older than this are refused by many cameras. */
const largestSkewMs = minutes(5)

/**
 * Asks an ONVIF device for everything we need to know, and proves that the login is right. Changes nothing on the device.
 * @param address as given by the operator; only this host is ever spoken to
 * @throws Failure invalid: address-invalid, camera-denied, camera-clock-skew, camera-no-profile, camera-not-onvif; away: camera-unreachable;
 * busy: camera-read-stopped when `signal` aborts
 */
export async function readDevice(
  address: string,
  user: string,
  password: string,
  signal: AbortSignal,
  { clock }: Pick<Tools, 'clock'>,
): Promise<DeviceFacts> {
  const at = parseDeviceAddress(address)
  return withOnvifSession(at, { user, password }, clock, signal, async (session) => {
    const clockOffsetMs = await readClock(session, clock.now() - clock.monotonic())
    try {
      return { clockOffsetMs, ...(await readFacts(session, at)) }
    } catch (cause) {
      const isDenied = cause instanceof Failure && cause.code === 'camera-denied'
      if (isDenied && clockOffsetMs !== null && Math.abs(clockOffsetMs) > largestSkewMs)
        throw clockSkew(at, clockOffsetMs)
      throw cause
    }
  })
}

async function readFacts(session: OnvifSession, at: DeviceAddress): Promise<Omit<DeviceFacts, 'clockOffsetMs'>> {
  const { cam, ask } = session
  // First of all: on many devices everything before this answers to anybody, and a wrong password would go unnoticed.
  const information = await ask('getDeviceInformationResponse', (done) => cam.getDeviceInformation(done))
  await findServices(session)
  const profiles = await readVideoProfiles(session)
  const { main, sub, third } = chooseStreams(profiles)
  if (!main) throw noProfile(at)
  const mainStream = await readStream(session, at, main)
  const subStream = sub && (await readStream(session, at, sub))
  const thirdStream = third && (await readStream(session, at, third))
  return {
    device: {
      manufacturer: textOf(information, 'manufacturer') ?? '',
      model: textOf(information, 'model') ?? '',
      firmware: textOf(information, 'firmwareVersion') ?? '',
      serial: textOf(information, 'serialNumber') ?? '',
    },
    endpoint: await readEndpoint(session),
    streams: {
      main: mainStream,
      ...(subStream && { sub: subStream }),
      ...(thirdStream && { third: thirdStream }),
    },
    ptz: cam.uri?.ptz !== undefined && profiles.some(({ hasPtz }) => hasPtz),
  }
}

/**
 * The clock is asked without a login, because the login itself is stamped with the camera's time.
 * @param uptimeBaseUtcMs the start of the process, to which the package adds its uptime: its camera's time when the camera does not tell
 *   (it would take 1970)
 */
export async function readClock({ cam, ask, lastTrip }: OnvifSession, uptimeBaseUtcMs: number): Promise<Millis | null> {
  let told: SoapNode | undefined
  try {
    told = await ask('getSystemDateAndTimeResponse', (done) => cam.getSystemDateAndTime(done))
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.code === 'camera-unreachable' || cause.kind === 'busy') throw cause
  }
  const utc = descend(told, 'systemDateAndTime', 'UTCDateTime')
  const cameraUtcMs = utc ? utcMsOf(utc) : Number.NaN
  if (!Number.isFinite(cam.timeShift)) cam.timeShift = uptimeBaseUtcMs
  if (!Number.isFinite(cameraUtcMs)) return null
  // The camera cuts its time to whole seconds: in the mean it is half a second later than it says.
  return Math.round(cameraUtcMs + 500 - (lastTrip.sentUtcMs + lastTrip.tookMs / 2))
}

function utcMsOf(utc: SoapNode): number {
  const [date, time] = [descend(utc, 'date'), descend(utc, 'time')]
  const part = (node: SoapNode | undefined, name: string) => Number(textOf(node, name) ?? Number.NaN)
  const year = numberOf(date, 'year') ?? Number.NaN
  return Date.UTC(
    year,
    part(date, 'month') - 1,
    part(date, 'day'),
    part(time, 'hour'),
    part(time, 'minute'),
    part(time, 'second'),
  )
}

/** Fills `cam.uri`. GetServices is newer than ONVIF; the package also fails on a device that lists a single service. */
export async function findServices({ cam, ask }: OnvifSession): Promise<void> {
  try {
    await ask('getServicesResponse', (done) => cam.getServices(true, done))
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.code !== 'camera-not-onvif') throw cause
  }
  if (!cam.uri?.media && !cam.uri?.media2) await ask('getCapabilitiesResponse', (done) => cam.getCapabilities(done))
}

/** Media2 is asked first (it alone knows H.265); some devices announce it and then fail, so the older service is asked too. */
export async function readVideoProfiles({ cam, ask }: OnvifSession): Promise<VideoProfile[]> {
  if (cam.media2Support) {
    try {
      const found = readProfiles(await ask('getProfilesResponse', (done) => cam.getProfiles(done)))
      if (found.length > 0) return found
    } catch (cause) {
      if (!(cause instanceof Failure) || cause.code !== 'camera-not-onvif') throw cause
    }
    cam.media2Support = false
  }
  if (!cam.uri?.media) return []
  return readProfiles(await ask('getProfilesResponse', (done) => cam.getProfiles(done)))
}

async function readStream({ cam, ask }: OnvifSession, at: DeviceAddress, profile: VideoProfile): Promise<FoundStream> {
  const options = { protocol: 'RTSP', stream: 'RTP-Unicast', profileToken: profile.token }
  const answer = await ask('getStreamUriResponse', (done) => cam.getStreamUri(options, done))
  const written = textOf(answer, 'uri', 500) ?? textOf(children(answer, 'mediaUri')[0], 'uri', 500)
  if (written === null) throw noProfile(at)
  return { url: streamAddressAt(written, at.host), facts: profile.facts }
}

/** The part of the package that sends any request; it has no method of its own for this one. */
type Requester = {
  _request(options: { body: string }, done: (cause: Error | null) => void): void
  _envelopeHeader(): string
  _envelopeFooter(): string
}

/** Optional in ONVIF: whoever does not know it has no endpoint, and that is no failure. */
async function readEndpoint({ cam, ask }: OnvifSession): Promise<string | null> {
  const requester = cam as unknown as Requester
  const body = `${requester['_envelopeHeader']()}<GetEndpointReference xmlns="http://www.onvif.org/ver10/device/wsdl"/>${requester['_envelopeFooter']()}`
  try {
    const answer = await ask('getEndpointReferenceResponse', (done) => requester['_request']({ body }, done))
    const guid = textOf(answer, 'GUID')
    return guid !== null && /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(guid) ? `urn:uuid:${guid}` : guid
  } catch (cause) {
    if (cause instanceof Failure && cause.kind === 'invalid') return null
    throw cause
  }
}
