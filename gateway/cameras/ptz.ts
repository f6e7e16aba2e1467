import type { PtzMove, PtzPreset, PtzState } from '../contract/ptz.ts'
import { Failure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import { seconds } from '../domain/units.ts'
import type { Role } from '../domain/words.ts'
import type { Tools } from '../lib/supervise.ts'
import { noPtz } from './device-failures.ts'
import { ptzDevice } from './ptz-device.ts'
import { ptzDrive } from './ptz-drive.ts'
import type { CameraRegistry } from './registry.ts'

/** Who turns a camera, and from where. */
export interface Steersman {
  readonly accountId: string
  readonly user: string
  readonly name: string
  readonly role: Role
  readonly address: string | null
}

/** A hold that is over: what was done while one person had the camera. */
export interface PtzHold {
  readonly cameraId: string
  readonly by: Steersman
  readonly outcome: 'done' | 'refused'
  /** `directions` (left right up down in out, with blanks), `heldMs` of turning, `code` when it was refused. */
  readonly facts: Readonly<Record<string, string | number>>
}

interface PtzParts {
  readonly cameras: Pick<CameraRegistry, 'get' | 'streamOf'>
  readonly tools: Tools
  /** Told once for each hold, when it is over. */
  readonly onHold: (hold: PtzHold) => void
}

/**
 * Cameras that turn. Who moves one first has it until 3 s after the last move; others are told who. All calls throw a Failure: missing
 * (`camera-missing`, `camera-no-ptz`, `preset-missing`), conflict (`ptz-held` with `heldBy`), busy (`gateway-stopping`), invalid
 * (`ptz-refused`, `camera-denied`), denied (`privacy`, while the live picture is withheld: it may be stopped, not turned), away
 * (`camera-unreachable`).
 */
export interface CameraPtz {
  state(cameraId: string, by: Steersman): Promise<PtzState>
  /** Turns until `stop`, or until 1.5 s pass without another `move`. Resolves when the camera has answered. */
  move(cameraId: string, move: PtzMove, by: Steersman): Promise<void>
  stop(cameraId: string, by: Steersman): Promise<void>
  goto(cameraId: string, token: string, by: Steersman): Promise<void>
  addPreset(cameraId: string, name: string, by: Steersman): Promise<PtzPreset>
  removePreset(cameraId: string, token: string, by: Steersman): Promise<void>
  /** Stops every camera when `signal` aborts, and ends when they stand. */
  run(signal: AbortSignal): Promise<void>
}

/** Presets that were changed on the camera itself are seen after this time. */
const presetsKeepMs: Millis = seconds(10)

export function cameraPtz({ cameras, tools, onHold }: PtzParts): CameraPtz {
  const { clock } = tools
  const open = new Map<string, ReturnType<typeof openCamera>>()
  let isStopping = false

  function openCamera(cameraId: string) {
    const device = ptzDevice(async () => {
      const { address } = cameras.get(cameraId)
      const { user, password } = await cameras.streamOf(cameraId, 'main', new AbortController().signal)
      return { address, user, password }
    }, tools)
    const drive = ptzDrive({ device, tools, onHold: (hold) => onHold({ cameraId, ...hold }) })
    return { device, drive, presets: undefined as { list: PtzPreset[]; readMs: Millis } | undefined }
  }

  const cameraOf = (cameraId: string) => {
    const { kind, ptz } = cameras.get(cameraId)
    if (kind !== 'onvif' || !ptz) throw noPtz()
    const camera = open.get(cameraId) ?? openCamera(cameraId)
    open.set(cameraId, camera)
    return camera
  }
  const toMove = (cameraId: string) => {
    if (isStopping) throw new Failure('busy', 'gateway-stopping', 'the gateway stops; no camera is turned any more')
    // Who may not see where it looks must not move it, and what it was turned away from stays out of the picture.
    if (cameras.get(cameraId).privacy)
      throw new Failure('denied', 'privacy', 'the live picture of this camera is withheld', { cameraId })
    return cameraOf(cameraId)
  }

  const presetsOf = async (camera: ReturnType<typeof openCamera>): Promise<PtzPreset[]> => {
    const { presets } = camera
    if (presets && clock.monotonic() - presets.readMs < presetsKeepMs) return presets.list
    const list = await camera.device.presets()
    camera.presets = { list, readMs: clock.monotonic() }
    return list
  }
  const needPreset = async (camera: ReturnType<typeof openCamera>, token: string) => {
    if (!(await presetsOf(camera)).some((preset) => preset.token === token))
      throw new Failure('missing', 'preset-missing', 'the camera has no such preset', { token })
  }

  return {
    async state(cameraId, by) {
      const camera = cameraOf(cameraId)
      const presets = await presetsOf(camera)
      return { presets, heldBy: camera.drive.heldBy(by) }
    },
    move: async (cameraId, move, by) => toMove(cameraId).drive.move(move, by),
    stop: async (cameraId, by) => cameraOf(cameraId).drive.stop(by),
    async goto(cameraId, token, by) {
      const camera = toMove(cameraId)
      await needPreset(camera, token)
      await camera.drive.goto(token, by)
    },
    async addPreset(cameraId, name, by) {
      const camera = cameraOf(cameraId)
      camera.drive.checkFree(by)
      camera.presets = undefined
      return await camera.device.addPreset(name)
    },
    async removePreset(cameraId, token, by) {
      const camera = cameraOf(cameraId)
      camera.drive.checkFree(by)
      await needPreset(camera, token)
      camera.presets = undefined
      await camera.device.removePreset(token)
    },
    async run(signal) {
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      isStopping = true
      await Promise.all([...open.values()].map(({ drive }) => drive.end()))
    },
  }
}
