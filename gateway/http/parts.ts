import type { Readable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import type { Accounts } from '../access/accounts.ts'
import type { Audit } from '../access/audit.ts'
import type { Screens } from '../access/screens.ts'
import type { Sessions, SignedIn } from '../access/sessions.ts'
import type { BrokerAccounts } from '../broker/accounts.ts'
import type { CameraPtz } from '../cameras/ptz.ts'
import type { Alert, AlertQuery, NewRule, PatchRule, Rule } from '../contract/alert.ts'
import type { Camera, CameraState, NewCamera, PatchCamera, Span } from '../contract/camera.ts'
import type { Config } from '../contract/config.ts'
import type { FeedChange } from '../contract/feed.ts'
import type {
  ClipPlan,
  CoverageQuery,
  CoverageRow,
  DiskState,
  ExtendHold,
  Hold,
  NewHold,
  NewPlannedOff,
  PictureState,
  PlannedOff,
} from '../contract/footage.ts'
import type { Discovery } from '../contract/lists.ts'
import type {
  Approval,
  Calibration,
  History,
  NewCalibration,
  NewManualReadings,
  NewManualSensor,
  NewSensor,
  PatchMetric,
  PatchSensor,
  Quarantined,
  Reading,
  ReadingLedger,
  RuleProposal,
  Sensor,
} from '../contract/sensor.ts'
import type { Zone } from '../contract/zone.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { Role } from '../domain/words.ts'
import type { Broadcast } from '../lib/broadcast.ts'
import type { Tools } from '../lib/supervise.ts'
import type { WallBook } from '../walls/walls.ts'
import type { ByteRange } from './ranges.ts'
import type { CsvSeries } from './readings-csv.ts'

/** At once or later: a module may be either. All of these throw a Failure, `missing` for an unknown id. */
type Answer<T> = T | Promise<T>

export interface CameraPart {
  list(): Answer<Camera[]>
  get(cameraId: string): Answer<Camera>
  add(camera: NewCamera): Answer<Camera>
  patch(cameraId: string, patch: PatchCamera): Answer<Camera>
  remove(cameraId: string): Answer<void>
  /** A JPEG of now. `signal` aborts when the client has left. */
  snapshot(cameraId: string, signal: AbortSignal): Promise<Uint8Array>
}

export interface SegmentFile {
  readonly path: string
  /** What may be served now: a segment that is still written grows. */
  readonly sizeBytes: number
  readonly complete: boolean
}
/** One MP4 that is made while it is read. */
export interface Clip extends UtcRange {
  readonly sizeBytes: number
  /** Strong, with its quotes. */
  readonly etag: string
  readonly fileName: string
  /** The camera's clock minus the gateway's; null when not known. */
  readonly clockOffsetMs: number | null
  read(slice?: ByteRange): Readable
}
export interface FootagePart {
  spans(cameraId: string, range: UtcRange): Answer<Span[]>
  /** The text of an m3u8 whose addresses are `segments/<name>`, relative to the playlist. */
  playlist(cameraId: string, range: UtcRange): Answer<string>
  segment(cameraId: string, name: string): Answer<SegmentFile>
  /** The range as files that each play by themselves. */
  clips(cameraId: string, range: UtcRange): Promise<ClipPlan>
  clip(cameraId: string, range: UtcRange): Promise<Clip>
  /** The picture that was to be seen at a moment, as JPEG; `signal` aborts when the client has left. */
  still(cameraId: string, utcMs: UtcMs, signal: AbortSignal): Promise<{ jpeg: Uint8Array; utcMs: UtcMs }>
}

export interface HoldPart {
  list(state: 'active' | 'all'): Answer<Hold[]>
  add(hold: NewHold, by: SignedIn): Answer<Hold>
  extend(holdId: string, change: ExtendHold): Answer<Hold>
  release(holdId: string, reason: string, by: SignedIn): Answer<Hold>
}

export interface PlannedOffPart {
  list(cameraId?: string): Answer<PlannedOff[]>
  add(plan: NewPlannedOff, by: SignedIn): Answer<PlannedOff[]>
  cancel(id: string, by: SignedIn): Answer<PlannedOff>
}

/** Whether footage is kept as it should be. */
export interface KeepingPart {
  coverage(query: CoverageQuery): Answer<CoverageRow[]>
  disks(): Answer<DiskState[]>
}

export interface DiscoveryPart {
  /** Asks now; resolves when the answers are in. */
  scan(): Answer<void>
  cameras(): Answer<Discovery['cameras']>
  sensors(): Answer<Discovery['sensors']>
  ignore(candidateIds: readonly string[], ignored: boolean): Answer<void>
  /** What fits the metrics of a candidate in an area. */
  rules(candidateId: string, areaId: string): Answer<RuleProposal[]>
}

export interface SensorPart {
  list(): Answer<Sensor[]>
  approve(sensor: NewSensor): Answer<Sensor>
  /** With their rules: all of them or none. */
  approveAll(entries: Approval['entries']): Answer<Sensor[]>
  addManual(sensor: NewManualSensor): Answer<Sensor>
  patch(sensorId: string, patch: PatchSensor): Answer<Sensor>
  patchMetric(sensorId: string, metric: string, patch: PatchMetric): Answer<Sensor>
  remove(sensorId: string): Answer<void>
  history(sensorId: string, query: UtcRange & { metric: string; widthPx: number }): Answer<z.infer<typeof History>>
  quarantined(): Answer<z.infer<typeof Quarantined>[]>
}

export interface ReadingPart {
  /** What a person took. @param by the login name */
  take(sensorId: string, what: NewManualReadings, by: string): Promise<readonly Reading[]>
  calibrations(sensorId: string): Answer<readonly Calibration[]>
  calibrate(sensorId: string, what: NewCalibration, by: string): Answer<Calibration>
  /** Throws before anything is read when one of them is unknown. */
  series(
    list: readonly { readonly sensorId: string; readonly metric: string }[],
    range: UtcRange,
  ): Answer<{ readonly found: readonly CsvSeries[]; readonly timeZone: string }>
}

export interface RulePart {
  list(): Answer<Rule[]>
  add(rule: NewRule): Answer<Rule>
  patch(ruleId: string, patch: z.infer<typeof PatchRule>): Answer<Rule>
  remove(ruleId: string): Answer<void>
}

export interface AlertPart {
  list(query: AlertQuery): Answer<Alert[]>
  /** @param by the name of the person */
  acknowledge(alertId: string, by: string, note: string): Answer<Alert>
}

/** Everything a newly opened dashboard needs to be right; taken at one moment, so not asynchronous. */
export interface FeedState {
  cameras: { cameraId: string; state: CameraState }[]
  readings: Reading[]
  alerts: Alert[]
}
export interface FeedPart {
  snapshot(): FeedState
  /** Sent after the change is visible in `snapshot`. */
  changes: Pick<Broadcast<FeedChange>, 'listen'>
}

export interface LivePart {
  /** Takes over an open socket of somebody who may watch this camera, until it closes. */
  attach(socket: WebSocket, cameraId: string, viewer: { user: string; role: Role }): void
}

/** A JPEG and the moment it shows. */
export interface Shot {
  readonly jpeg: Uint8Array
  readonly utcMs: UtcMs
}
/** Small pictures of footage, and what is wrong with the pictures of cameras. */
export interface PicturePart {
  /** The small picture at or shortly before a moment. `signal` aborts when the client has left. */
  preview(cameraId: string, utcMs: UtcMs, signal: AbortSignal): Promise<Shot>
  states(): Answer<PictureState[]>
  /** What the camera shows now is the view it should show. @param by the login name of the person */
  confirmReference(cameraId: string, by: string, signal: AbortSignal): Promise<PictureState>
  reference(cameraId: string): Answer<Shot>
  /** The picture that raised an alert. */
  ofAlert(alertId: string): Answer<Shot & { readonly cameraId: string }>
}

/** `parts` names each part of the gateway. */
export interface Readiness {
  ok: boolean
  parts: Record<string, { ok: boolean; code: string | null; message: string | null }>
}

/** All that the routes need from other modules. */
export interface HttpParts {
  readonly tools: Tools
  readonly config: Config['http']
  readonly version: string
  /** Folder of the built dashboard. */
  readonly dashboardFolder: string
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly screens: Screens
  readonly walls: WallBook
  readonly audit: Audit
  readonly zone: { tree(): Answer<Zone>; exportYaml(): Answer<string> }
  readonly cameras: CameraPart
  /** Each hold is told to the audit trail by the part itself, once. */
  readonly ptz: Omit<CameraPtz, 'run'>
  /** The last area of a camera that is or was there. */
  areaOf(cameraId: string): string | undefined
  readonly footage: FootagePart
  readonly holds: HoldPart
  readonly plannedOff: PlannedOffPart
  readonly keeping: KeepingPart
  readonly pictures: PicturePart
  readonly discovery: DiscoveryPart
  readonly sensors: SensorPart
  readonly readings: ReadingPart
  readonly mqttAccounts: Omit<BrokerAccounts, 'enter' | 'areAny' | 'connected' | 'onChange'>
  /** All accounts, counted now. */
  readonly readingLedger: () => Promise<ReadingLedger>
  readonly rules: RulePart
  readonly alerts: AlertPart
  readonly feed: FeedPart
  readonly live: LivePart
  ready(): Answer<Readiness>
  /** Prometheus text. */
  metricsText(): Answer<string>
}
