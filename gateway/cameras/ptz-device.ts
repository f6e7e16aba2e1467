import type { CamUriMap } from 'onvif'
import type { PtzMove, PtzPreset } from '../contract/ptz.ts'
import { Failure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import { parseDeviceAddress } from './address.ts'
import { findServices, readClock, readVideoProfiles } from './device.ts'
import { noPtz, ptzRefused } from './device-failures.ts'
import { type OnvifSession, withOnvifSession } from './onvif-session.ts'
import { chooseStreams } from './profiles.ts'
import { attributeOf, children, descend, textOf } from './soap.ts'

/** Where the device answers, and who we are to it. Holds the password. */
export interface PtzSource {
  /** ONVIF device address. */
  readonly address: string
  readonly user: string
  readonly password: string
}

/** The motors of one camera. Every call throws a Failure: `camera-no-ptz`, `ptz-refused`, and those of an ONVIF session. */
export interface PtzDevice {
  /** @param before what it was told last: an axis that turned then must be told to rest */
  move(move: PtzMove, before: PtzMove): Promise<void>
  stop(): Promise<void>
  /** False also when the camera does not tell. */
  isMoving(): Promise<boolean>
  presets(): Promise<PtzPreset[]>
  goto(token: string): Promise<void>
  addPreset(name: string): Promise<PtzPreset>
  removePreset(token: string): Promise<void>
}

/** What need not be asked before each move. */
interface Facts {
  readonly key: string
  readonly uri: CamUriMap
  readonly timeShift: number
  readonly profileToken: string
}

/** The camera's own dead man's switch, should this gateway die. */
const moveForMs: Millis = seconds(2)
/** Longer lists are no help to anybody. */
const mostPresets = 256

/**
 * Talks to the camera when asked, with one request each: clock, services and profiles are asked once, and anew when something was refused,
 * because a camera that was restarted may have another clock.
 * @param source asked each time: address and login may change
 */
export function ptzDevice(source: () => Promise<PtzSource>, { clock }: Pick<Tools, 'clock'>): PtzDevice {
  let known: Facts | undefined
  // Each request has its own deadline, and a stop must reach the camera also while the gateway stops.
  const unending = new AbortController().signal

  async function readFacts(session: OnvifSession, key: string): Promise<Facts> {
    await readClock(session, clock.now() - clock.monotonic())
    await findServices(session)
    const profiles = await readVideoProfiles(session)
    const { main } = chooseStreams(profiles)
    const profile = main?.hasPtz ? main : profiles.find(({ hasPtz }) => hasPtz)
    const { uri, timeShift } = session.cam
    if (!uri?.ptz || !profile) throw noPtz()
    return { key, uri, timeShift: timeShift ?? 0, profileToken: profile.token }
  }

  async function talk<T>(work: (session: OnvifSession, profileToken: string) => Promise<T>): Promise<T> {
    const { address, user, password } = await source()
    const key = JSON.stringify([address, user, password])
    const attempt = (facts: Facts | undefined) =>
      withOnvifSession(parseDeviceAddress(address), { user, password }, clock, unending, async (session) => {
        if (facts) Object.assign(session.cam, { uri: facts.uri, timeShift: facts.timeShift })
        else facts = known = await readFacts(session, key)
        return await work(session, facts.profileToken)
      })
    const cached = known?.key === key ? known : undefined
    try {
      return await attempt(cached)
    } catch (cause) {
      if (!cached || !isRefused(cause)) throw refusal(cause)
      known = undefined
      try {
        return await attempt(undefined)
      } catch (again) {
        throw refusal(again)
      }
    }
  }

  return {
    move: ({ pan, tilt, zoom }, before) =>
      talk(async ({ cam, ask }, profileToken) => {
        // Some cameras refuse an axis that they do not have, others both at a time.
        const withTurn = pan !== 0 || tilt !== 0 || before.pan !== 0 || before.tilt !== 0
        const withZoom = zoom !== 0 || before.zoom !== 0
        const options = {
          profileToken,
          x: pan,
          y: tilt,
          zoom,
          timeout: moveForMs,
          onlySendPanTilt: !withZoom,
          onlySendZoom: !withTurn,
        }
        await ask('continuousMoveResponse', (done) => cam.continuousMove(options, done))
      }),
    stop: () =>
      talk(async ({ cam, ask }, profileToken) => {
        await ask('stopResponse', (done) => cam.stop({ profileToken, panTilt: true, zoom: true }, done))
      }),
    isMoving: () =>
      talk(async ({ cam, ask }, profileToken) => {
        const answer = await ask('getStatusResponse', (done) => cam.getStatus({ profileToken }, done)).catch(
          unlessRefused,
        )
        const status = descend(answer, 'PTZStatus', 'moveStatus')
        return ['panTilt', 'zoom'].some((axis) => textOf(status, axis) === 'MOVING')
      }),
    presets: () =>
      talk(async ({ cam, ask }, profileToken) => {
        const answer = await ask('getPresetsResponse', (done) => cam.getPresets({ profileToken }, done))
        return children(answer, 'preset')
          .slice(0, mostPresets)
          .flatMap((node): PtzPreset[] => {
            const token = attributeOf(node, 'token')
            return token === null || token === '' ? [] : [{ token, name: textOf(node, 'name', 64) ?? token }]
          })
      }),
    goto: (token) =>
      talk(async ({ cam, ask }, profileToken) => {
        await ask('gotoPresetResponse', (done) => cam.gotoPreset({ profileToken, preset: xml(token) }, done))
      }),
    addPreset: (name) =>
      talk(async ({ cam, ask }, profileToken) => {
        const answer = await ask('setPresetResponse', (done) =>
          cam.setPreset({ profileToken, presetName: xml(name) }, done),
        )
        const token = textOf(answer, 'presetToken', 64)
        if (token === null) throw ptzRefused()
        return { token, name }
      }),
    removePreset: (token) =>
      talk(async ({ cam, ask }, profileToken) => {
        await ask('removePresetResponse', (done) => cam.removePreset({ profileToken, presetToken: xml(token) }, done))
      }),
  }
}

/** The package writes what it is given into the XML as it stands. */
const xml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const isRefused = (cause: unknown): boolean =>
  cause instanceof Failure && (cause.code === 'camera-denied' || cause.facts.refused === true)

/** A question that not every camera knows. */
function unlessRefused(cause: unknown): undefined {
  if (!isRefused(cause)) throw cause
}

/** A camera whose profiles were read speaks ONVIF: what it refuses then is the movement or the preset. */
function refusal(cause: unknown): unknown {
  return cause instanceof Failure && cause.facts.refused === true ? ptzRefused(cause) : cause
}
