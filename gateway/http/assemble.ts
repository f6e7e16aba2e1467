import type { Accounts } from '../access/accounts.ts'
import type { Audit } from '../access/audit.ts'
import type { Sessions } from '../access/sessions.ts'
import type { AlertMonitor } from '../alerts/monitor.ts'
import type { Broker } from '../broker/broker.ts'
import type { CameraDiscovery } from '../cameras/discovery.ts'
import type { CameraRecord, CameraRegistry } from '../cameras/registry.ts'
import type { CameraStates } from '../cameras/state-board.ts'
import type { Camera } from '../contract/camera.ts'
import type { Config } from '../contract/config.ts'
import type { FeedChange } from '../contract/feed.ts'
import { Failure } from '../domain/failure.ts'
import type { Broadcast } from '../lib/broadcast.ts'
import type { Tools } from '../lib/supervise.ts'
import type { LiveHub } from '../live/hub.ts'
import type { MetricsStore } from '../metrics/store.ts'
import type { MetricsWriter } from '../metrics/writer.ts'
import type { Playback } from '../playback/playback.ts'
import { stillOf } from '../playback/still.ts'
import type { Recording } from '../recording/recording.ts'
import type { Intake } from '../sensors/intake.ts'
import type { Outbox } from '../sensors/outbox.ts'
import type { SensorRegistry } from '../sensors/registry.ts'
import { exportZone, zoneYaml } from '../zone/export.ts'
import type { ZoneRegistry } from '../zone/registry.ts'
import type { HttpParts, Readiness } from './parts.ts'
import { prometheusText } from './prometheus.ts'

/** The modules of an open gateway, as the composition root made them. */
export interface Modules {
  readonly config: Config
  readonly version: string
  readonly dashboardFolder: string
  readonly tools: Tools
  readonly people: Accounts
  readonly signedIn: Sessions
  readonly audit: Audit
  readonly zone: ZoneRegistry
  readonly cameras: CameraRegistry
  readonly states: CameraStates
  readonly discovery: CameraDiscovery
  readonly footage: Recording
  readonly play: Playback
  readonly live: LiveHub
  readonly sensors: SensorRegistry
  readonly alerts: AlertMonitor
  readonly queue: Outbox
  readonly writer: MetricsWriter
  readonly metrics: MetricsStore
  readonly broker: Broker
  readonly changes: Broadcast<FeedChange>
  readonly intakeCounters: Intake['counters']
}

/** What the routes ask of the modules. Each line is one call. */
export function httpPartsOf(m: Modules): HttpParts {
  const whole = (record: CameraRecord): Camera => ({ ...record, state: m.states.get(record.id) })
  let pictures = 0
  return {
    tools: m.tools,
    config: m.config.http,
    version: m.version,
    ready: gatewayReadiness(m),
    metricsText: gatewayMeasures(m),
    dashboardFolder: m.dashboardFolder,
    accounts: m.people,
    sessions: m.signedIn,
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
        if (pictures >= picturesAtOnce)
          throw new Failure('busy', 'snapshot-busy', 'other pictures are being made; try again', {
            retryAfterMs: 1_000,
          })
        pictures++
        try {
          return await stillOf(still.init, still.frame, signal)
        } finally {
          pictures--
        }
      },
    },
    footage: {
      spans(cameraId, range) {
        m.cameras.requireEver(cameraId)
        return m.footage.spans(cameraId, range)
      },
      playlist(cameraId, range) {
        m.cameras.requireEver(cameraId)
        return m.play.playlist(cameraId, range)
      },
      segment: m.play.segment,
      clip: async (cameraId, range) => {
        m.cameras.requireEver(cameraId)
        const { stream, sizeBytes, startUtcMs } = await m.play.clip(cameraId, range)
        const stamp = new Date(startUtcMs).toISOString().replaceAll(/[:-]|\.\d+/g, '')
        return { stream, sizeBytes, fileName: `${cameraId}-${stamp}.mp4` }
      },
    },
    discovery: {
      scan: () => m.discovery.scan(AbortSignal.timeout(addTimeoutMs)),
      cameras: m.discovery.candidates,
      sensors: m.sensors.candidates,
    },
    sensors: {
      list: m.sensors.list,
      approve: (sensor) => m.sensors.approve(sensor),
      patch: m.sensors.patch,
      remove: (sensorId) => {
        m.sensors.remove(sensorId)
        m.alerts.removeRulesOf(sensorId)
      },
      history: async (sensorId, query) => {
        const metric = m.sensors.get(sensorId).metrics.find(({ key }) => key === query.metric)
        if (!metric)
          throw new Failure('missing', 'metric-missing', 'the sensor has no such metric', {
            sensorId,
            metric: query.metric,
          })
        const { bucketMs, buckets } = await m.metrics.history({ sensorId, ...query })
        return { metric: metric.key, unit: metric.unit, bucketMs, buckets: [...buckets] }
      },
      quarantined: () => m.queue.quarantined(),
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
        readings: m.sensors
          .list()
          .flatMap(({ id, latest }) => latest.map((reading) => ({ sensorId: id, deviceUtcMs: null, ...reading }))),
        alerts: m.alerts.list('open'),
      }),
    },
    live: { attach: (socket, cameraId) => m.live.attach(socket, cameraId) },
  }
}

/** Each picture is an ffmpeg of its own. */
const picturesAtOnce = 4
/** A camera that is asked over the network answers within this time, or not at all. */
const addTimeoutMs = 30_000

const devicesOf = (m: Modules): Parameters<typeof exportZone>[1] => ({
  cameras: m.cameras.list().map(({ id, name, areaId, purpose, kind, address, user }) => ({
    id,
    name,
    area: areaId,
    purpose,
    user,
    password: '',
    ...(kind === 'onvif' ? { address } : { rtspUrl: address }),
  })),
  sensors: m.sensors
    .list()
    .map(({ id, name, areaId, candidateId }) => ({ id, name, area: areaId, candidate: candidateId })),
  rules: m.alerts.rules(),
})

/** Answers /readyz: each part with ok, or why not. A camera that is away makes the gateway no less ready. */
function gatewayReadiness(m: Modules): () => Readiness {
  const good = { ok: true, code: null, message: null }
  return () => {
    const trouble = m.footage.trouble()
    const { ok, code, message } = m.writer.health
    const cameras = m.cameras.list().filter(({ enabled }) => enabled)
    const recording = cameras.filter(({ id }) => m.states.get(id).status === 'recording').length
    const recovering = { code: 'recovering', message: 'what was recorded before the start is being looked through' }
    const recordings = m.footage.isRecovered() ? trouble : recovering
    const parts: Readiness['parts'] = {
      store: good,
      recordings: recordings ? { ok: false, code: recordings.code, message: recordings.message } : good,
      broker: m.broker.connected
        ? good
        : { ok: false, code: 'broker-away', message: 'the MQTT broker does not answer' },
      metrics: { ok, code, message },
      cameras: { ...good, message: `${recording} of ${cameras.length} recording` },
    }
    return { ok: Object.values(parts).every((part) => part.ok), parts }
  }
}

/** The text of /metrics. */
function gatewayMeasures(m: Modules): () => Promise<string> {
  const perCamera = (read: (camera: Camera) => number | null) => () =>
    m.cameras.list().flatMap((record) => {
      const value = read({ ...record, state: m.states.get(record.id) })
      return value === null ? [] : [{ value, labels: { camera: record.id } }]
    })
  const cameraLabel = { labelNames: ['camera'] }
  const one = (value: () => number) => () => [{ value: value() }]
  return prometheusText([
    {
      name: 'camera_recording',
      help: '1 while frames are recorded',
      ...cameraLabel,
      read: perCamera(({ state }) => (state.status === 'recording' ? 1 : 0)),
    },
    {
      name: 'camera_fps',
      help: 'Frames per second of the main stream',
      ...cameraLabel,
      read: perCamera(({ state }) => state.fps),
    },
    {
      name: 'camera_kbps',
      help: 'Kilobits per second of the main stream',
      ...cameraLabel,
      read: perCamera(({ state }) => state.kbps),
    },
    {
      name: 'camera_frame_age_seconds',
      help: 'Since the last frame arrived',
      ...cameraLabel,
      read: perCamera(({ state }) =>
        state.lastFrameUtcMs === null ? null : (m.tools.clock.now() - state.lastFrameUtcMs) / 1_000,
      ),
    },
    {
      name: 'camera_clock_offset_ms',
      help: 'The camera’s clock minus the gateway’s',
      ...cameraLabel,
      read: perCamera(({ clockOffsetMs }) => clockOffsetMs),
    },
    { name: 'live_viewers', help: 'Open live sockets', read: one(m.live.viewers) },
    { name: 'mqtt_packets_total', help: 'MQTT messages taken', read: one(() => m.intakeCounters.packets) },
    {
      name: 'readings_written_total',
      help: 'Readings in the metrics store',
      read: one(() => m.writer.counters.written),
    },
    {
      name: 'readings_waiting',
      help: 'Readings on their way to the metrics store',
      read: one(() => m.writer.backlog().readings),
    },
    {
      name: 'readings_waiting_age_seconds',
      help: 'Age of the oldest waiting reading',
      read: one(() => m.writer.backlog().ageSeconds),
    },
    { name: 'alerts_open', help: 'Alerts not yet closed', read: one(() => m.alerts.list('open').length) },
    {
      name: 'discovery_refused_total',
      help: 'WS-Discovery answers that were not believed',
      labelNames: ['reason'],
      read: () => Object.entries(m.discovery.refusals()).map(([reason, value]) => ({ value, labels: { reason } })),
    },
  ])
}
