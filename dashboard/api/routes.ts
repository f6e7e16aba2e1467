import type { Account, AuditEntry, Session } from '../../gateway/contract/access.ts'
import type { Alert, AlertQuery, NewRule, Rule } from '../../gateway/contract/alert.ts'
import type {
  BrokerAccount,
  Claim,
  MadeBrokerAccount,
  MadeClaim,
  NewBrokerAccount,
  NewClaim,
} from '../../gateway/contract/broker.ts'
import type { Camera, NewCamera, PatchCamera, Span } from '../../gateway/contract/camera.ts'
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
} from '../../gateway/contract/footage.ts'
import type { Discovery } from '../../gateway/contract/lists.ts'
import type { PtzMove, PtzPreset, PtzState } from '../../gateway/contract/ptz.ts'
import type {
  Approval,
  Calibration,
  History,
  NewCalibration,
  NewManualReadings,
  NewManualSensor,
  PatchMetric,
  Quarantined,
  Reading,
  ReadingLedger,
  RuleProposal,
  Sensor,
} from '../../gateway/contract/sensor.ts'
import type {
  NewScreen,
  NewWallView,
  PatchWallView,
  Screen,
  ScreenLink,
  Walls,
  WallSettings,
  WallView,
} from '../../gateway/contract/wall.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import type { PersonRole } from '../../gateway/domain/words.ts'
import type { Request } from './request.ts'

/** /readyz: every part by name, with ok or why not. */
export interface Readiness {
  readonly ok: boolean
  readonly parts: Readonly<Record<string, { ok: boolean; code: string | null; message: string | null }>>
}

export interface AccountChange {
  readonly name?: string
  readonly role?: PersonRole
  readonly areaIds?: string[] | null
  readonly disabled?: boolean
  readonly password?: string
}

const range = ({ fromUtcMs, toUtcMs }: UtcRange): string =>
  `fromUtcMs=${Math.round(fromUtcMs)}&toUtcMs=${Math.round(toUtcMs)}`
const id = encodeURIComponent
/** `utcMs=...`, whole milliseconds. */
const moment = (utcMs: UtcMs): string => `utcMs=${Math.round(utcMs)}`
/** Fields that are not given are left out. */
const asked = (fields: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${id(value)}`]))
    .join('&')

/** Every route the dashboard calls; nothing else in the dashboard knows an address of the gateway. */
export function createApi(request: Request) {
  const get = <Answer>(path: string, signal?: AbortSignal) => request<Answer>(path, signal ? { signal } : {})
  const post = <Answer>(path: string, body: unknown = {}) => request<Answer>(path, { method: 'POST', body })
  const patch = <Answer>(path: string, body: unknown) => request<Answer>(path, { method: 'PATCH', body })
  const remove = (path: string) => request<void>(path, { method: 'DELETE' })
  return {
    session: (signal?: AbortSignal) => get<Session>('/api/session', signal),
    login: (user: string, password: string) => post<Session>('/api/session', { user, password }),
    enter: (ticket: string) => post<Session>('/api/session', { ticket }),
    logout: () => remove('/api/session'),

    zone: (signal?: AbortSignal) => get<Zone>('/api/zone', signal),
    zoneFileHref: '/api/zone/export',

    cameras: async (signal?: AbortSignal) => (await get<{ cameras: Camera[] }>('/api/cameras', signal)).cameras,
    addCamera: (camera: NewCamera) => post<Camera>('/api/cameras', camera),
    changeCamera: (cameraId: string, change: PatchCamera) => patch<Camera>(`/api/cameras/${id(cameraId)}`, change),
    removeCamera: (cameraId: string) => remove(`/api/cameras/${id(cameraId)}`),
    spans: async (cameraId: string, wanted: UtcRange, signal?: AbortSignal) =>
      (await get<{ spans: Span[] }>(`/api/cameras/${id(cameraId)}/spans?${range(wanted)}`, signal)).spans,
    playlistHref: (cameraId: string, wanted: UtcRange) => `/api/cameras/${id(cameraId)}/playlist.m3u8?${range(wanted)}`,
    /** The marked range as files that each play by themselves; each part has its address. */
    clips: (cameraId: string, wanted: UtcRange, signal?: AbortSignal) =>
      get<ClipPlan>(`/api/cameras/${id(cameraId)}/clips?${range(wanted)}`, signal),
    /** A small picture for scrubbing: the keyframe at or before the moment. */
    previewHref: (cameraId: string, utcMs: UtcMs) => `/api/cameras/${id(cameraId)}/preview.jpg?${moment(utcMs)}`,
    /** The very picture of a moment, in full size. */
    stillHref: (cameraId: string, utcMs: UtcMs) => `/api/cameras/${id(cameraId)}/still.jpg?${moment(utcMs)}`,
    snapshotHref: (cameraId: string) => `/api/cameras/${id(cameraId)}/snapshot.jpg`,

    discovery: (signal?: AbortSignal) => get<Discovery>('/api/discovery', signal),
    scan: () => post<Discovery>('/api/discovery/scan'),
    ignoreCandidates: (candidateIds: string[], ignored: boolean) =>
      post<Discovery>('/api/discovery/ignore', { candidateIds, ignored }),
    /** The rules that what a device measures asks for in an area of that kind. */
    proposedRules: async (candidateId: string, areaId: string, signal?: AbortSignal) =>
      (await get<{ rules: RuleProposal[] }>(`/api/discovery/rules?${asked({ candidateId, areaId })}`, signal)).rules,

    sensors: async (signal?: AbortSignal) => (await get<{ sensors: Sensor[] }>('/api/sensors', signal)).sensors,
    /** All of them or none. */
    approveSensors: async (approval: Approval) =>
      (await post<{ sensors: Sensor[] }>('/api/sensors/approve', approval)).sensors,
    addManualSensor: (sensor: NewManualSensor) => post<Sensor>('/api/sensors/manual', sensor),
    changeMetric: (sensorId: string, metric: string, change: PatchMetric) =>
      patch<Sensor>(`/api/sensors/${id(sensorId)}/metrics/${id(metric)}`, change),
    calibrations: async (sensorId: string, signal?: AbortSignal) =>
      (await get<{ calibrations: Calibration[] }>(`/api/sensors/${id(sensorId)}/calibrations`, signal)).calibrations,
    addCalibration: (sensorId: string, calibration: NewCalibration) =>
      post<Calibration>(`/api/sensors/${id(sensorId)}/calibrations`, calibration),
    addReadings: async (sensorId: string, readings: NewManualReadings) =>
      (await post<{ readings: Reading[] }>(`/api/sensors/${id(sensorId)}/readings`, readings)).readings,
    /** @param series `sensor/metric`, at most 16 */
    readingsHref: (series: readonly string[], wanted: UtcRange) =>
      `/api/readings.csv?${series.map((one) => `series=${id(one)}&`).join('')}${range(wanted)}`,
    ledger: (signal?: AbortSignal) => get<ReadingLedger>('/api/readings/ledger', signal),
    quarantine: async (signal?: AbortSignal) =>
      (await get<{ quarantined: Quarantined[] }>('/api/quarantine', signal)).quarantined,
    changeSensor: (sensorId: string, change: { name?: string; areaId?: string }) =>
      patch<Sensor>(`/api/sensors/${id(sensorId)}`, change),
    removeSensor: (sensorId: string) => remove(`/api/sensors/${id(sensorId)}`),
    history: (sensorId: string, metric: string, wanted: UtcRange, widthPx: number, signal?: AbortSignal) =>
      get<History>(
        `/api/sensors/${id(sensorId)}/history?metric=${id(metric)}&${range(wanted)}&widthPx=${Math.round(widthPx)}`,
        signal,
      ),

    rules: async (signal?: AbortSignal) => (await get<{ rules: Rule[] }>('/api/rules', signal)).rules,
    addRule: (rule: NewRule) => post<Rule>('/api/rules', rule),
    changeRule: (ruleId: string, change: Partial<Omit<Rule, 'id'>>) => patch<Rule>(`/api/rules/${id(ruleId)}`, change),
    removeRule: (ruleId: string) => remove(`/api/rules/${id(ruleId)}`),
    alerts: async (state: AlertQuery['state'], signal?: AbortSignal) =>
      (await get<{ alerts: Alert[] }>(`/api/alerts?state=${state}`, signal)).alerts,
    /** Alerts that were open at some time of the range. */
    alertsIn: async (wanted: UtcRange & Pick<AlertQuery, 'areaId' | 'cameraId'>, signal?: AbortSignal) => {
      const { areaId, cameraId } = wanted
      const query = `state=all&${range(wanted)}&${asked({ areaId, cameraId })}`
      return (await get<{ alerts: Alert[] }>(`/api/alerts?${query}`, signal)).alerts
    },
    acknowledge: (alertId: string, note: string) => post<Alert>(`/api/alerts/${id(alertId)}/acknowledge`, { note }),

    coverage: async (query: CoverageQuery, signal?: AbortSignal) =>
      (await get<{ rows: CoverageRow[] }>(`/api/coverage?${asked(query)}`, signal)).rows,
    holds: async (state: 'active' | 'all', signal?: AbortSignal) =>
      (await get<{ holds: Hold[] }>(`/api/holds?state=${state}`, signal)).holds,
    addHold: (hold: NewHold) => post<Hold>('/api/holds', hold),
    extendHold: (holdId: string, change: ExtendHold) => patch<Hold>(`/api/holds/${id(holdId)}`, change),
    releaseHold: (holdId: string, reason: string) => post<Hold>(`/api/holds/${id(holdId)}/release`, { reason }),
    plannedOff: async (cameraId: string, signal?: AbortSignal) =>
      (await get<{ plannedOff: PlannedOff[] }>(`/api/planned-off?cameraId=${id(cameraId)}`, signal)).plannedOff,
    addPlannedOff: async (plan: NewPlannedOff) =>
      (await post<{ plannedOff: PlannedOff[] }>('/api/planned-off', plan)).plannedOff,
    endPlannedOff: (planId: string) => request<PlannedOff>(`/api/planned-off/${id(planId)}`, { method: 'DELETE' }),
    disks: async (signal?: AbortSignal) => (await get<{ disks: DiskState[] }>('/api/disks', signal)).disks,
    pictures: async (signal?: AbortSignal) =>
      (await get<{ pictures: PictureState[] }>('/api/pictures', signal)).pictures,
    /** What the camera shows now becomes the view it should show. */
    confirmView: (cameraId: string) => post<PictureState>(`/api/cameras/${id(cameraId)}/picture/reference`),
    /** @param utcMs of the reference: another one is another picture */
    referenceHref: (cameraId: string, utcMs: UtcMs) =>
      `/api/cameras/${id(cameraId)}/picture/reference.jpg?${moment(utcMs)}`,
    alertPictureHref: (alertId: string) => `/api/alerts/${id(alertId)}/picture.jpg`,

    /** How this person left the wall, and the walls under a name. */
    walls: (signal?: AbortSignal) => get<Walls>('/api/walls', signal),
    saveWall: (settings: WallSettings) =>
      request<WallSettings>('/api/walls/current', { method: 'PUT', body: settings }),
    addView: (view: NewWallView) => post<WallView>('/api/walls', view),
    changeView: (viewId: string, change: PatchWallView) => patch<WallView>(`/api/walls/${id(viewId)}`, change),
    removeView: (viewId: string) => remove(`/api/walls/${id(viewId)}`),

    screens: async (signal?: AbortSignal) => (await get<{ screens: Screen[] }>('/api/screens', signal)).screens,
    addScreen: (screen: NewScreen) => post<ScreenLink>('/api/screens', screen),
    linkScreen: (screenId: string) => post<ScreenLink>(`/api/screens/${id(screenId)}/link`),
    revokeScreen: (screenId: string) => request<Screen>(`/api/screens/${id(screenId)}`, { method: 'DELETE' }),

    /** Presets, and who turns the camera now. */
    ptz: (cameraId: string, signal?: AbortSignal) => get<PtzState>(`/api/cameras/${id(cameraId)}/ptz`, signal),
    /** Turns for at most 1.5 s: called again every 500 ms while a button is held. */
    ptzMove: (cameraId: string, move: PtzMove) => post<void>(`/api/cameras/${id(cameraId)}/ptz/move`, move),
    ptzStop: (cameraId: string) => post<void>(`/api/cameras/${id(cameraId)}/ptz/stop`),
    ptzPreset: (cameraId: string, token: string) => post<void>(`/api/cameras/${id(cameraId)}/ptz/preset`, { token }),
    /** Where the camera looks now, kept under a name. */
    addPreset: (cameraId: string, name: string) =>
      post<PtzPreset>(`/api/cameras/${id(cameraId)}/ptz/presets`, { name }),
    removePreset: (cameraId: string, token: string) => remove(`/api/cameras/${id(cameraId)}/ptz/presets/${id(token)}`),

    accounts: async (signal?: AbortSignal) => (await get<{ accounts: Account[] }>('/api/accounts', signal)).accounts,
    addAccount: (account: {
      user: string
      name: string
      role: PersonRole
      areaIds: string[] | null
      password: string
    }) => post<Account>('/api/accounts', account),
    changeAccount: (accountId: string, change: AccountChange) =>
      patch<Account>(`/api/accounts/${id(accountId)}`, change),
    brokerAccounts: async (signal?: AbortSignal) =>
      (await get<{ accounts: BrokerAccount[] }>('/api/broker/accounts', signal)).accounts,
    addBrokerAccount: (account: NewBrokerAccount) => post<MadeBrokerAccount>('/api/broker/accounts', account),
    removeBrokerAccount: (accountId: string) => remove(`/api/broker/accounts/${id(accountId)}`),
    claims: async (signal?: AbortSignal) => (await get<{ claims: Claim[] }>('/api/broker/claims', signal)).claims,
    addClaim: (claim: NewClaim) => post<MadeClaim>('/api/broker/claims', claim),
    removeClaim: (claimId: string) => remove(`/api/broker/claims/${id(claimId)}`),

    audit: async (signal?: AbortSignal) =>
      (await get<{ entries: AuditEntry[] }>('/api/audit?limit=200', signal)).entries,
    ready: (signal?: AbortSignal) => request<Readiness>('/readyz', { alsoGood: 503, ...(signal ? { signal } : {}) }),
  }
}
export type Api = ReturnType<typeof createApi>
