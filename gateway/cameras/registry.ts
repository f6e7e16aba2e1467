import { randomBytes } from 'node:crypto'
import type { NewCamera, PatchCamera, StreamFacts, StreamName } from '../contract/camera.ts'
import type { ZoneFile } from '../contract/zone.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { type AreaKind, mayFilm } from '../domain/words.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { maskSecrets, parseDeviceAddress, parseRtspAddress } from './address.ts'
import { type CameraRecord, cameraTable, type Diagnosis, type StreamShape } from './camera-table.ts'
import { watchCameras } from './camera-watch.ts'
import { type DeviceFacts, readDevice } from './device.ts'
import { readRtsp } from './rtsp-probe.ts'

export type { CameraRecord, Diagnosis } from './camera-table.ts'

export interface RegistryOptions {
  readonly store: Store
  readonly secrets: SecretBox
  /** The kind of an area; undefined when there is no such area. */
  readonly areaKind: (areaId: string) => AreaKind | undefined
  /** Names of the recordings disks of the configuration. */
  readonly disks: readonly string[]
  readonly tools: Tools
  /** After the change is committed. */
  readonly onChange: (cameraId: string) => void
}

/** Everything needed to connect to one stream. Holds the password: for the reader only. */
export interface StreamAccess {
  /** RTSP address without user info. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly codecHint: StreamFacts['codec'] | null
}

export interface CameraRegistry {
  list(): CameraRecord[]
  /** @throws Failure missing (`camera-missing`) */
  get(id: string): CameraRecord
  /** Why the camera could not be read the last time; null when it could, or was never tried. */
  diagnosis(id: string): Diagnosis | null
  /** Endpoints and addresses of all cameras, with their ids: for discovery. */
  known(): ReadonlyMap<string, string>
  /**
   * Reads the camera first and stores it only when that went well.
   * @throws Failure invalid (address-invalid, area-unknown, area-forbidden), conflict (camera-known), and those of readDevice and readRtsp
   */
  add(input: NewCamera, signal: AbortSignal): Promise<CameraRecord>
  /** Stores cameras of a zone.yaml without asking them; all or none. @throws Failure as `add` does for input */
  importAll(entries: ZoneFile['cameras']): void
  /** A new login is tried first: refused, it changes nothing; with the camera away, it is kept. @throws Failure as `add` does */
  patch(id: string, patch: PatchCamera, signal: AbortSignal): Promise<CameraRecord>
  /** Forgets the login; footage stays. @throws Failure missing (`camera-missing`) */
  remove(id: string): void
  /**
   * Where a stream is. Asks the device when that is not known yet, or when `refresh` is set.
   * @throws Failure missing (camera-missing, camera-no-sub), and those of readDevice
   */
  streamOf(
    id: string,
    name: StreamName,
    signal: AbortSignal,
    options?: { readonly refresh?: boolean },
  ): Promise<StreamAccess>
  /** The video is here: it knows its codec and size better than the camera's words, and RTSP has no words for the size. */
  noteShape(id: string, name: StreamName, shape: StreamShape): void
  /** Reads the device anew and stores what it tells, or why it could not be read. @throws Failure as readDevice and readRtsp do */
  refresh(id: string, signal: AbortSignal): Promise<CameraRecord>
  /** Reads every enabled ONVIF camera soon after the start and then every 5 min, until `signal` aborts. Never throws. */
  run(signal: AbortSignal): Promise<void>
}

interface Login {
  readonly user: string
  readonly password: string
}
interface Source extends Login {
  readonly kind: CameraRecord['kind']
  readonly url: string
}

/** The cameras of the zone: which there are, where they are, how to reach them. */
export function cameraRegistry({ store, secrets, areaKind, disks, tools, onChange }: RegistryOptions): CameraRegistry {
  const { clock, log } = tools
  const table = cameraTable(store.db, secrets)

  function get(id: string): CameraRecord {
    const record = table.get(id)
    if (!record) throw noCamera(id)
    return record
  }

  function requirePlace(areaId: string) {
    const kind = areaKind(areaId)
    if (kind === undefined)
      throw new Failure('invalid', 'area-unknown', 'there is no such area', { field: 'areaId', areaId })
    if (!mayFilm(kind))
      throw new Failure('invalid', 'area-forbidden', `a camera must not be placed in an area of kind ${kind}`, {
        field: 'areaId',
        areaId,
        kind,
      })
  }

  function requireDisk(disk: string | null | undefined) {
    if (disk !== null && disk !== undefined && !disks.includes(disk))
      throw new Failure('invalid', 'disk-unknown', `there is no recordings disk named ${disk}`, { field: 'disk', disk })
  }

  function requireNew(address: string, endpoint: string | null) {
    const holder = table.holderOfAddress(address) ?? (endpoint === null ? undefined : table.holderOfEndpoint(endpoint))
    if (holder !== undefined)
      throw new Failure('conflict', 'camera-known', 'this camera was added before', { cameraId: holder })
  }

  const read = ({ kind, url, user, password }: Source, signal: AbortSignal) =>
    (kind === 'onvif' ? readDevice : readRtsp)(url, user, password, signal, tools)

  function sourceOf({ id, kind, address, user }: CameraRecord, login: Partial<Login> = {}): Source {
    const url = kind === 'onvif' ? address : (table.streamUrl(id, 'main') ?? address)
    return { kind, url, user: login.user ?? user, password: login.password ?? table.password(id) }
  }

  /** Only inside a transaction. */
  function storeFacts(id: string, facts: DeviceFacts) {
    const holder = facts.endpoint === null ? undefined : table.holderOfEndpoint(facts.endpoint)
    const isTaken = holder !== undefined && holder !== id
    if (isTaken) log.warn({ cameraId: id, otherCameraId: holder }, 'two cameras say that they are the same device')
    table.setFacts(id, isTaken ? { ...facts, endpoint: null } : facts, clock.now())
    table.setStreams(id, facts.streams)
  }

  async function refresh(id: string, signal: AbortSignal): Promise<CameraRecord> {
    const before = get(id)
    let facts: DeviceFacts
    try {
      facts = await read(sourceOf(before), signal)
    } catch (cause) {
      const failure = toFailure(cause)
      if (failure.code !== 'camera-read-stopped') store.transaction(() => table.setDiagnosis(id, failure, clock.now()))
      throw failure
    }
    const after = store.transaction(() => {
      // It may have been removed while we asked.
      get(id)
      storeFacts(id, facts)
      return get(id)
    })
    if (JSON.stringify(after) !== JSON.stringify(before)) onChange(id)
    return after
  }

  return {
    list: table.list,
    get,
    diagnosis: table.diagnosis,
    known: () =>
      new Map(
        table.list().flatMap(({ id, address, endpoint }): [string, string][] =>
          endpoint === null
            ? [[address, id]]
            : [
                [address, id],
                [endpoint, id],
              ],
        ),
      ),
    async add(input, signal) {
      const { source, address } = sourceFrom(input)
      requirePlace(input.areaId)
      requireNew(address, null)
      const facts = await read(source, signal)
      const { name, areaId, purpose } = input
      const id = `cam-${randomBytes(4).toString('hex')}`
      const record = store.transaction(() => {
        requirePlace(areaId)
        requireNew(address, facts.endpoint)
        table.insert(
          { id, name, areaId, purpose, kind: source.kind, address, user: source.user },
          source.password,
          clock.now(),
        )
        storeFacts(id, facts)
        return get(id)
      })
      onChange(id)
      return record
    },
    importAll(entries) {
      store.transaction(() => {
        for (const { id, name, area, purpose, user, password, hours, ...rest } of entries) {
          const { retentionDays, retentionBasis, disk, privacy, ...where } = rest
          const { source, address } = sourceFrom({ ...where, user, password })
          requirePlace(area)
          requireDisk(disk)
          requireNew(address, null)
          if (table.isIdTaken(id))
            throw new Failure('conflict', 'camera-known', 'a camera with this id is or was there', { cameraId: id })
          table.insert(
            { id, name, areaId: area, purpose, kind: source.kind, address, user: source.user },
            source.password,
            clock.now(),
          )
          table.update({ ...get(id), retentionDays, retentionBasis, disk, privacy })
          if (hours !== null) table.setHours(id, hours, clock.now())
          if (source.kind === 'rtsp') table.setStreams(id, { main: { url: source.url, facts: null } })
        }
      })
      for (const { id } of entries) onChange(id)
    },
    async patch(id, { user, password, hours, ...patch }, signal) {
      const before = get(id)
      if (patch.areaId !== undefined) requirePlace(patch.areaId)
      requireDisk(patch.disk)
      const isNewLogin = user !== undefined || password !== undefined
      const found = isNewLogin ? await tryLogin(sourceOf(before, { user, password }), signal) : undefined
      const record = store.transaction(() => {
        const now = get(id)
        const { name = now.name, areaId = now.areaId, purpose = now.purpose, enabled = now.enabled } = patch
        const { retentionDays = now.retentionDays, retentionBasis = now.retentionBasis } = patch
        const { disk = now.disk, privacy = now.privacy } = patch
        const place = { name, areaId, purpose, enabled, user: user ?? now.user }
        table.update({ ...now, ...place, retentionDays, retentionBasis, disk, privacy })
        if (hours !== undefined && JSON.stringify(hours) !== JSON.stringify(now.hours))
          table.setHours(id, hours, clock.now())
        if (password !== undefined) table.setPassword(id, password)
        if (found instanceof Failure) table.setDiagnosis(id, found, clock.now())
        else if (found) storeFacts(id, found)
        return get(id)
      })
      onChange(id)
      return record
    },
    remove(id) {
      store.transaction(() => {
        get(id)
        table.remove(id, clock.now())
      })
      onChange(id)
    },
    async streamOf(id, name, signal, { refresh: isRefreshWanted = false } = {}) {
      const record = get(id)
      const isUrlKnown = table.streamUrl(id, 'main') !== undefined
      const fresh = isRefreshWanted || !isUrlKnown ? await refresh(id, signal) : record
      const url = table.streamUrl(id, name)
      if (url === undefined)
        throw new Failure('missing', 'camera-no-sub', 'the camera offers no such stream', {
          cameraId: id,
          stream: name,
        })
      return { url, user: fresh.user, password: table.password(id), codecHint: fresh[name]?.codec ?? null }
    },
    noteShape(id, name, shape) {
      try {
        if (store.transaction(() => table.setShape(id, name, shape))) onChange(id)
      } catch (cause) {
        // Nice to know; a full disk must not end the live picture.
        log.warn({ cameraId: id, err: toFailure(cause) }, 'what the video says of itself could not be stored')
      }
    },
    refresh,
    run: (signal) => watchCameras({ list: table.list, refresh, tools }, signal),
  }

  /** @returns what the device told, or the failure when it was away @throws Failure when the login is wrong */
  async function tryLogin(source: Source, signal: AbortSignal): Promise<DeviceFacts | Failure> {
    try {
      return await read(source, signal)
    } catch (cause) {
      if (cause instanceof Failure && cause.kind === 'away') return cause
      throw cause
    }
  }
}

const noCamera = (cameraId: string) => new Failure('missing', 'camera-missing', 'there is no such camera', { cameraId })

/** @throws Failure invalid (`address-invalid`) */
function sourceFrom(input: Login & { readonly address?: string | undefined; readonly rtspUrl?: string | undefined }): {
  source: Source
  address: string
} {
  const { address, rtspUrl, user, password } = input
  if ((address === undefined) === (rtspUrl === undefined))
    throw new Failure('invalid', 'address-invalid', 'a camera needs either an address or an rtspUrl', {
      field: 'address',
    })
  if (rtspUrl === undefined) {
    const { url } = parseDeviceAddress(address ?? '')
    return { address: url, source: { kind: 'onvif', url, user, password } }
  }
  const at = parseRtspAddress(rtspUrl)
  const login = user === '' ? { user: at.user ?? '', password: at.password ?? '' } : { user, password }
  return { address: maskSecrets(at.url), source: { kind: 'rtsp', url: at.url, ...login } }
}
