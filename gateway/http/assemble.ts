import type { Accounts } from '../access/accounts.ts'
import type { Audit } from '../access/audit.ts'
import type { Screens } from '../access/screens.ts'
import type { Sessions, SignedIn } from '../access/sessions.ts'
import type { AlertMonitor } from '../alerts/monitor.ts'
import type { BrokerAccounts } from '../broker/accounts.ts'
import type { Broker } from '../broker/broker.ts'
import type { CameraLives } from '../cameras/camera-lives.ts'
import type { CameraDiscovery } from '../cameras/discovery.ts'
import type { CameraPtz } from '../cameras/ptz.ts'
import type { CameraRecord, CameraRegistry } from '../cameras/registry.ts'
import type { CameraStates } from '../cameras/state-board.ts'
import type { Camera } from '../contract/camera.ts'
import type { Config } from '../contract/config.ts'
import type { FeedChange } from '../contract/feed.ts'
import { Failure } from '../domain/failure.ts'
import { may } from '../domain/words.ts'
import type { Broadcast } from '../lib/broadcast.ts'
import type { Tools } from '../lib/supervise.ts'
import type { LiveHub } from '../live/hub.ts'
import type { MetricsStore } from '../metrics/store.ts'
import type { MetricsWriter } from '../metrics/writer.ts'
import type { Pictures } from '../pictures/pictures.ts'
import type { Playback } from '../playback/playback.ts'
import { pictureLimit, stillOf } from '../playback/still.ts'
import type { Recording } from '../recording/recording.ts'
import type { Intake } from '../sensors/intake.ts'
import type { Outbox } from '../sensors/outbox.ts'
import type { SensorRegistry } from '../sensors/registry.ts'
import type { WallBook } from '../walls/walls.ts'
import { exportZone, zoneYaml } from '../zone/export.ts'
import type { ZoneRegistry } from '../zone/registry.ts'
import { gatewayMeasures } from './measures.ts'
import type { HttpParts } from './parts.ts'
import { gatewayReadiness } from './readiness.ts'
import { readingPart } from './reading-parts.ts'
import { discoveryPart, sensorPart } from './sensor-parts.ts'

/** The modules of an open gateway, as the composition root made them. */
export interface Modules {
  readonly config: Config
  readonly version: string
  readonly dashboardFolder: string
  readonly tools: Tools
  readonly people: Accounts
  readonly signedIn: Sessions
  readonly screens: Screens
  readonly walls: WallBook
  readonly audit: Audit
  readonly zone: ZoneRegistry
  readonly cameras: CameraRegistry
  readonly everCameras: CameraLives
  readonly ptz: CameraPtz
  readonly states: CameraStates
  readonly discovery: CameraDiscovery
  readonly footage: Recording
  readonly play: Playback
  readonly looks: Pictures
  readonly live: LiveHub
  readonly sensors: SensorRegistry
  readonly alerts: AlertMonitor
  readonly queue: Outbox
  readonly writer: MetricsWriter
  readonly metrics: MetricsStore
  readonly broker: Broker
  readonly mqttAccounts: BrokerAccounts
  readonly changes: Broadcast<FeedChange>
  readonly intakeCounters: Intake['counters']
  readonly takeManual: Intake['takeManual']
}

/** What the routes ask of the modules. Each line is one call. */
export function httpPartsOf(m: Modules): HttpParts {
  const whole = (record: CameraRecord): Camera => ({ ...record, state: m.states.get(record.id) })
  const oneOfFewPictures = pictureLimit(picturesAtOnce)
  return {
    tools: m.tools,
    config: m.config.http,
    version: m.version,
    ready: gatewayReadiness(m),
    metricsText: gatewayMeasures(m),
    dashboardFolder: m.dashboardFolder,
    accounts: m.people,
    sessions: m.signedIn,
    screens: m.screens,
    walls: m.walls,
    ptz: m.ptz,
    areaOf: m.everCameras.areaOf,
    audit: m.audit,
    zone: { tree: m.zone.tree, exportYaml: () => zoneYaml(exportZone(m.zone.tree(), devicesOf(m))) },
    cameras: {
      list: () => m.cameras.list().map(whole),
      get: (cameraId) => whole(m.cameras.get(cameraId)),
      add: async (camera) => whole(await m.cameras.add(camera, AbortSignal.timeout(addTimeoutMs))),
      patch: async (cameraId, patch) =>
        whole(await m.cameras.patch(cameraId, patch, AbortSignal.timeout(addTimeoutMs))),
      remove: m.cameras.remove,
      async snapshot(cameraId, signal) {
        const still = m.live.still(m.cameras.get(cameraId).id)
        if (!still) throw new Failure('away', 'no-picture', 'the camera gives no picture now', { cameraId })
        return oneOfFewPictures(() => stillOf(still.init, still.frame, signal))
      },
    },
    footage: {
      spans(cameraId, range) {
        m.everCameras.require(cameraId)
        return m.footage.spans(cameraId, range)
      },
      playlist(cameraId, range) {
        m.everCameras.require(cameraId)
        return m.play.playlist(cameraId, range)
      },
      segment: m.play.segment,
      clips(cameraId, range) {
        m.everCameras.require(cameraId)
        return m.play.clips(cameraId, range)
      },
      clip: async (cameraId, range) => {
        m.everCameras.require(cameraId)
        const { startUtcMs, endUtcMs, ...clip } = await m.play.clip(cameraId, range)
        return { ...clip, fromUtcMs: startUtcMs, toUtcMs: endUtcMs }
      },
      still(cameraId, utcMs, signal) {
        m.everCameras.require(cameraId)
        return oneOfFewPictures(() => m.play.still(cameraId, utcMs, signal))
      },
    },
    holds: {
      list: m.footage.holds.list,
      add: (hold, by) => m.footage.holds.add(hold, personOf(by)),
      extend: m.footage.holds.extend,
      release: (holdId, reason, by) => m.footage.holds.release(holdId, reason, personOf(by)),
    },
    plannedOff: {
      list: m.footage.plannedOff.list,
      add: (plan, by) => m.footage.plannedOff.add(plan, by.user),
      cancel: (id, by) => m.footage.plannedOff.cancel(id, by.user),
    },
    keeping: {
      coverage: m.footage.coverage.coverage,
      disks: () =>
        m.footage.disks(
          m.cameras
            .list()
            .filter(({ enabled }) => enabled)
            .map(({ id }) => id),
        ),
    },
    pictures: {
      async preview(cameraId, utcMs, signal) {
        m.everCameras.require(cameraId)
        return await m.looks.preview(cameraId, utcMs, signal)
      },
      states: m.looks.states,
      confirmReference: (cameraId, by, signal) => m.looks.confirmReference(m.cameras.get(cameraId).id, by, signal),
      reference: (cameraId) => m.looks.reference(m.cameras.get(cameraId).id),
      ofAlert: m.looks.ofAlert,
    },
    discovery: discoveryPart(m),
    sensors: sensorPart(m),
    readings: readingPart(m),
    mqttAccounts: m.mqttAccounts,
    readingLedger: async () => {
      const { readings, oldestUtcMs } = m.queue.backlog(m.metrics.name)
      const { ok, code } = m.writer.health
      const backlogs = [{ store: m.metrics.name, readings, oldestUtcMs, health: ok ? 'ok' : (code ?? 'away') }]
      return { ...(await m.queue.ledger()), backlogs }
    },
    rules: {
      list: m.alerts.rules,
      add: (rule) => m.alerts.addRule(rule),
      patch: m.alerts.patchRule,
      remove: m.alerts.removeRule,
    },
    alerts: { list: m.alerts.list, acknowledge: m.alerts.acknowledge },
    feed: {
      changes: m.changes,
      snapshot: () => ({
        cameras: m.cameras.list().map(({ id }) => ({ cameraId: id, state: m.states.get(id) })),
        readings: m.sensors.list().flatMap(({ id, latest }) =>
          latest.map(({ unknownFromUtcMs: _unknownFromUtcMs, ...latest }) => ({
            sensorId: id,
            rawValue: null,
            deviceUtcMs: null,
            source: '',
            ...latest,
          })),
        ),
        alerts: m.alerts.list('open'),
      }),
    },
    live: { attach: (socket, cameraId) => m.live.attach(socket, cameraId) },
  }
}

const personOf = ({ user, name, role }: SignedIn) => ({ user, name, isAdmin: may(role, 'administer') })

/** Each picture is an ffmpeg of its own. */
const picturesAtOnce = 4
/** A camera that is asked over the network answers within this time, or not at all. */
const addTimeoutMs = 30_000

const devicesOf = (m: Modules): Parameters<typeof exportZone>[1] => ({
  cameras: m.cameras.list().map(({ id, name, areaId, purpose, kind, address, user, ...rest }) => ({
    id,
    name,
    area: areaId,
    purpose,
    user,
    password: '',
    retentionDays: rest.retentionDays,
    retentionBasis: rest.retentionBasis,
    disk: rest.disk,
    hours: rest.hours,
    privacy: rest.privacy,
    ...(kind === 'onvif' ? { address } : { rtspUrl: address }),
  })),
  sensors: m.sensors.list().map(({ id, name, areaId, candidateId, source, metrics }) => ({
    id,
    name,
    area: areaId,
    candidate: candidateId,
    // What no device will say again.
    ...(source === 'manual' ? { metrics: metrics.map(({ name, unit, kind }) => ({ name, unit, kind })) } : {}),
  })),
  rules: m.alerts.rules(),
})
