import type { Camera, StreamFacts, StreamName } from '../contract/camera.ts'
import type { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import type { Db } from '../store/open.ts'
import type { DeviceFacts } from './device.ts'

/** A camera as it is stored and shown; what it is doing now is the recorder's to say. */
export type CameraRecord = Omit<Camera, 'state'>

/** Why a camera could not be read the last time. */
export interface Diagnosis {
  readonly code: string
  readonly message: string
  readonly atUtcMs: UtcMs
}

export interface CameraPlace {
  readonly id: string
  readonly name: string
  readonly areaId: string
  readonly purpose: string
  readonly kind: Camera['kind']
  readonly address: string
  readonly user: string
}

/** What the video itself says of its stream. */
export type StreamShape = Pick<StreamFacts, 'codec' | 'widthPx' | 'heightPx'>

interface CameraRow {
  id: string
  name: string
  area_id: string
  purpose: string
  kind: Camera['kind']
  address: string
  endpoint: string | null
  user: string
  enabled: number
  manufacturer: string | null
  model: string | null
  firmware: string | null
  serial: string | null
  ptz: number
  privacy: number
  clock_offset_ms: number | null
  added_utc_ms: UtcMs
  retention_days: number | null
  retention_basis: string | null
  disk: string | null
  hours: string | null
}
interface StreamRow {
  camera_id: string
  name: StreamName
  url_sealed: string
  codec: StreamFacts['codec'] | null
  width_px: number | null
  height_px: number | null
  fps: number | null
  kbps: number | null
}

/** The rows of `camera` and `camera_stream`. Single statements; the caller holds the transaction. Removed cameras are not there. */
export function cameraTable(db: Db, secrets: SecretBox) {
  const cameras = db.prepare<[], CameraRow>(
    `SELECT *, (SELECT hours FROM camera_hours WHERE camera_id = id ORDER BY from_utc_ms DESC LIMIT 1) AS hours
     FROM camera WHERE removed_utc_ms IS NULL ORDER BY added_utc_ms, id`,
  )
  const streams = db.prepare<[], StreamRow>('SELECT * FROM camera_stream')
  const passwordOf = db
    .prepare<[string], string>('SELECT password_sealed FROM camera WHERE id = ? AND removed_utc_ms IS NULL')
    .pluck()
  const urlOf = db
    .prepare<[string, StreamName], string>('SELECT url_sealed FROM camera_stream WHERE camera_id = ? AND name = ?')
    .pluck()
  const diagnosisOf = db.prepare<[string], Diagnosis>(
    `SELECT diagnosis_code AS code, diagnosis_message AS message, diagnosis_utc_ms AS atUtcMs FROM camera
     WHERE id = ? AND removed_utc_ms IS NULL AND diagnosis_code IS NOT NULL`,
  )
  const insert = db.prepare(
    `INSERT INTO camera (id, name, area_id, purpose, kind, address, user, password_sealed, added_utc_ms)
     VALUES (@id, @name, @areaId, @purpose, @kind, @address, @user, @sealed, @nowUtcMs)`,
  )
  const update = db.prepare(
    `UPDATE camera SET name = @name, area_id = @areaId, purpose = @purpose, enabled = @enabled, user = @user,
       retention_days = @retentionDays, retention_basis = @retentionBasis, disk = @disk, privacy = @privacy
     WHERE id = @id AND removed_utc_ms IS NULL`,
  )
  const putHours = db.prepare<[string, UtcMs, string | null]>(
    `INSERT INTO camera_hours (camera_id, from_utc_ms, hours) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET hours = excluded.hours`,
  )
  const updatePassword = db.prepare('UPDATE camera SET password_sealed = ? WHERE id = ? AND removed_utc_ms IS NULL')
  const updateFacts = db.prepare(
    `UPDATE camera SET endpoint = coalesce(@endpoint, endpoint), manufacturer = @manufacturer, model = @model, firmware = @firmware,
       serial = @serial, ptz = @ptz, clock_offset_ms = @clockOffsetMs, read_utc_ms = @nowUtcMs,
       diagnosis_code = NULL, diagnosis_message = NULL, diagnosis_utc_ms = NULL
     WHERE id = @id AND removed_utc_ms IS NULL`,
  )
  const updateDiagnosis = db.prepare(
    `UPDATE camera SET diagnosis_code = ?, diagnosis_message = ?, diagnosis_utc_ms = ? WHERE id = ? AND removed_utc_ms IS NULL`,
  )
  const markRemoved = db.prepare(
    'UPDATE camera SET removed_utc_ms = ?, password_sealed = NULL WHERE id = ? AND removed_utc_ms IS NULL',
  )
  const deleteStreams = db.prepare('DELETE FROM camera_stream WHERE camera_id = ?')
  const insertStream = db.prepare(
    `INSERT INTO camera_stream (camera_id, name, url_sealed, codec, width_px, height_px, fps, kbps)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  const updateShape = db.prepare(
    `UPDATE camera_stream SET codec = @codec, width_px = @widthPx, height_px = @heightPx
     WHERE camera_id = @id AND name = @name
       AND (codec IS NOT @codec OR width_px IS NOT @widthPx OR height_px IS NOT @heightPx)`,
  )

  function putStream(id: string, name: StreamName, url: string, facts: StreamFacts | null) {
    const { codec, widthPx, heightPx, fps, kbps } = facts ?? {}
    insertStream.run(
      id,
      name,
      secrets.seal(url),
      codec ?? null,
      widthPx ?? null,
      heightPx ?? null,
      fps ?? null,
      kbps ?? null,
    )
  }

  const holder = (column: 'address' | 'endpoint') =>
    db.prepare<[string], string>(`SELECT id FROM camera WHERE ${column} = ? AND removed_utc_ms IS NULL`).pluck()
  const holderOfAddress = holder('address')
  const holderOfEndpoint = holder('endpoint')
  const anyWithId = db.prepare<[string], number>('SELECT 1 FROM camera WHERE id = ?').pluck()

  function list(): CameraRecord[] {
    const byCamera = Map.groupBy(streams.all(), (row) => row.camera_id)
    return cameras.all().map((row) => recordOf(row, byCamera.get(row.id) ?? []))
  }

  return {
    list,
    get: (id: string) => list().find((camera) => camera.id === id),
    /** @throws Failure lost (`secret-damaged`) */
    password: (id: string) => secrets.open(passwordOf.get(id) ?? ''),
    /** @returns undefined when the stream is not known; @throws Failure lost (`secret-damaged`) */
    streamUrl(id: string, name: StreamName): string | undefined {
      const sealed = urlOf.get(id, name)
      return sealed === undefined ? undefined : secrets.open(sealed)
    },
    diagnosis: (id: string) => diagnosisOf.get(id) ?? null,
    holderOfAddress: (address: string) => holderOfAddress.get(address),
    holderOfEndpoint: (endpoint: string) => holderOfEndpoint.get(endpoint),
    /** Also of a removed camera: ids are never used twice, since footage is filed under them. */
    isIdTaken: (id: string) => anyWithId.get(id) !== undefined,
    insert: (place: CameraPlace, password: string, nowUtcMs: UtcMs) =>
      insert.run({ ...place, sealed: secrets.seal(password), nowUtcMs }),
    /** Declared hours from now on; what was declared before stays true of the past. */
    setHours: (id: string, hours: Camera['hours'], nowUtcMs: UtcMs) =>
      putHours.run(id, nowUtcMs, hours === null ? null : JSON.stringify(hours)),
    update: (record: CameraRecord) =>
      update.run({ ...record, enabled: record.enabled ? 1 : 0, privacy: record.privacy ? 1 : 0 }),
    setPassword: (id: string, password: string) => updatePassword.run(secrets.seal(password), id),
    setDiagnosis: (id: string, { code, message }: Failure, nowUtcMs: UtcMs) =>
      updateDiagnosis.run(code, message, nowUtcMs, id),
    setStreams(
      id: string,
      found: DeviceFacts['streams'] | { readonly main: { readonly url: string; readonly facts: null } },
    ) {
      deleteStreams.run(id)
      putStream(id, 'main', found.main.url, found.main.facts)
      if ('sub' in found && found.sub) putStream(id, 'sub', found.sub.url, found.sub.facts)
      if ('third' in found && found.third) putStream(id, 'third', found.third.url, found.third.facts)
    },
    /** @returns whether something else was known before */
    setShape: (id: string, name: StreamName, shape: StreamShape): boolean =>
      updateShape.run({ id, name, ...shape }).changes > 0,
    setFacts(id: string, facts: DeviceFacts, nowUtcMs: UtcMs) {
      const { manufacturer = null, model = null, firmware = null, serial = null } = facts.device ?? {}
      const { endpoint, clockOffsetMs } = facts
      updateFacts.run({
        id,
        endpoint,
        manufacturer,
        model,
        firmware,
        serial,
        ptz: facts.ptz ? 1 : 0,
        clockOffsetMs,
        nowUtcMs,
      })
    },
    remove(id: string, nowUtcMs: UtcMs) {
      deleteStreams.run(id)
      markRemoved.run(nowUtcMs, id)
    },
  }
}
export type CameraTable = ReturnType<typeof cameraTable>

function recordOf(row: CameraRow, streams: readonly StreamRow[]): CameraRecord {
  const { id, name, area_id: areaId, purpose, kind, address, endpoint, user, clock_offset_ms: clockOffsetMs } = row
  const { manufacturer, model, firmware, serial } = row
  const isRead = manufacturer !== null && model !== null && firmware !== null && serial !== null
  return {
    id,
    name,
    areaId,
    purpose,
    address,
    kind,
    endpoint,
    user,
    enabled: row.enabled === 1,
    device: isRead ? { manufacturer, model, firmware, serial } : null,
    main: factsOf(streams.find((stream) => stream.name === 'main')),
    sub: factsOf(streams.find((stream) => stream.name === 'sub')),
    third: factsOf(streams.find((stream) => stream.name === 'third')),
    ptz: row.ptz === 1,
    privacy: row.privacy === 1,
    clockOffsetMs,
    addedUtcMs: row.added_utc_ms,
    retentionDays: row.retention_days,
    retentionBasis: row.retention_basis,
    disk: row.disk,
    hours: hoursOf(row.hours),
  }
}

const hoursOf = (json: string | null): Camera['hours'] => (json === null ? null : (JSON.parse(json) as Camera['hours']))

function factsOf(row: StreamRow | undefined): StreamFacts | null {
  if (!row || row.codec === null) return null
  return { codec: row.codec, widthPx: row.width_px ?? 0, heightPx: row.height_px ?? 0, fps: row.fps, kbps: row.kbps }
}
