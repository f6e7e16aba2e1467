import { access } from './access/access.ts'
import { alertMonitor } from './alerts/monitor.ts'
import { troubles } from './alerts/troubles.ts'
import { cameraLives } from './cameras/camera-lives.ts'
import { cameraDiscovery } from './cameras/discovery.ts'
import { cameraPtz } from './cameras/ptz.ts'
import { type CameraRecord, cameraRegistry } from './cameras/registry.ts'
import { cameraStates } from './cameras/state-board.ts'
import { readStream } from './cameras/stream-reader.ts'
import type { FeedChange } from './contract/feed.ts'
import { Failure, unlessMissing } from './domain/failure.ts'
import { minutes, seconds } from './domain/units.ts'
import { httpPartsOf } from './http/assemble.ts'
import { listen } from './http/listen.ts'
import { httpServer } from './http/server.ts'
import { broadcast } from './lib/broadcast.ts'
import type { LoadedConfig } from './lib/config-file.ts'
import { reconciler } from './lib/reconcile.ts'
import { runStages } from './lib/stages.ts'
import type { Tools } from './lib/supervise.ts'
import { liveHub } from './live/hub.ts'
import { lastPicture } from './live/last-picture.ts'
import { openMetrics } from './metrics/metrics.ts'
import { coverageWriter } from './metrics/coverage-writer.ts'
import { placeTags } from './metrics/tags.ts'
import { cameraPulls } from './pipelines/cameras.ts'
import { readingPipeline } from './pipelines/readings.ts'
import { pictures } from './pictures/pictures.ts'
import { playback } from './playback/playback.ts'
import { recording } from './recording/recording.ts'
import { openDataFolder } from './store/data-folder.ts'
import { wallBook } from './walls/walls.ts'
import { firstImport } from './zone/first-import.ts'
import { zoneRegistry } from './zone/registry.ts'

/** Intended and actual state are compared this often, whatever events said or did not say. */
const reconcileMs = seconds(10)

export interface GatewayOptions {
  readonly config: LoadedConfig
  readonly tools: Tools
  readonly version: string
  /** Folder of the built dashboard. */
  readonly dashboardFolder: string
  readonly firstAdminPassword: string | undefined
}

/**
 * Opens every module, wires the three pipelines, and nothing else. Nothing listens before `listen`, nothing runs before `run`.
 * @throws Failure conflict (already-running, store-newer), invalid (zone-invalid and what the zone's devices say), lost (store-damaged)
 */
export async function openGateway({ config, tools, version, dashboardFolder, firstAdminPassword }: GatewayOptions) {
  const { clock, log } = tools
  const { dataDir, recordings: path, minFreeBytes, maxBytes, retentionDays } = config.storage
  const disks = [{ name: 'main', path, minFreeBytes, maxBytes }, ...config.storage.disks]
  const files = openDataFolder(dataDir)
  const { store, secrets, gatewayId } = files
  const metrics = openMetrics(config, dataDir, tools)

  const changes = broadcast<FeedChange>({ keep: 4_096 })
  const reload = (what: Extract<FeedChange, { kind: 'reload' }>['what']) => changes.send({ kind: 'reload', what })

  const { people, signedIn, screens, audit } = access({ store, tools })
  const zone = zoneRegistry({ store, tools })
  const states = cameraStates(clock, (cameraId, state) => changes.send({ kind: 'camera', cameraId, state }))
  const cameras = cameraRegistry({
    store,
    secrets,
    areaKind: zone.areaKind,
    disks: disks.map(({ name }) => name),
    tools,
    onChange: (cameraId) => {
      reload('cameras')
      pulls.wake(cameraId)
      live.changed(cameraId)
      void intended.soon()
    },
  })
  const discovery = cameraDiscovery({
    interfaces: config.discovery.interfaces,
    everyMs: seconds(config.discovery.everySeconds),
    knownCameras: cameras.known,
    tools,
    onChange: () => reload('discovery'),
  })
  const everCameras = cameraLives(store)
  const ptz = cameraPtz({
    cameras,
    tools,
    onHold: ({ cameraId, by: { user, role, address }, ...hold }) =>
      audit.add({ user, role, address, action: 'camera.ptz', object: cameraId, ...hold }),
  })
  // Asked for each beat of each recorder: a copy that follows every change.
  const recorded = new Map<string, CameraRecord>()
  const footage = recording({
    store,
    gatewayId,
    disks,
    retentionDays,
    tools,
    camera: (cameraId) => recorded.get(cameraId),
    requireCamera: everCameras.require,
    lives: everCameras.list,
    timeZone: zone.timeZone,
    onTimeline: (cameraId, endUtcMs, gap) => changes.send({ kind: 'timeline', cameraId, endUtcMs, gap }),
    onSegment: (segment) => looks.onSegment(segment.cameraId, segment),
  })
  const looks = pictures({
    store,
    tools,
    find: footage.segments,
    hasFootage: footage.hasFootage,
    roots: () => disks.map((disk) => disk.path),
    onTrouble: (cameraId, what, active) => trouble.picture(recorded.get(cameraId), what, active),
  })
  const live = liveHub({
    tools,
    facts: (cameraId) => unlessMissing(() => cameras.get(cameraId)),
    state: states.get,
    pull: async (cameraId, stream, signal, take) =>
      readStream(await cameras.streamOf(cameraId, stream, signal), tools, signal, take),
    makeJpeg: lastPicture,
  })
  const alerts = alertMonitor({
    store,
    tools,
    sensorInfo: (sensorId) => readings.sensors.info(sensorId),
    onAlert: (alert) => changes.send({ kind: 'alert', alert }),
    onRulesChange: () => reload('rules'),
  })
  const trouble = troubles(alerts, clock)

  // Pipeline A, a video fragment: see `pipelines/cameras.ts`.
  const pulls = cameraPulls({ cameras, live, footage, states, tools })

  // Pipeline B, a reading: see `pipelines/readings.ts`. Rules come before the feed.
  const readings = readingPipeline({
    config,
    version,
    files,
    zone,
    cameras,
    stateOf: states.get,
    metrics: metrics.store,
    tools,
    onList: reload,
    onReading: (reading, isLive) => {
      if (isLive) alerts.judge(reading)
      changes.send({ kind: 'reading', reading })
    },
    onUnequal: (unequal) => trouble.readings(unequal, (id) => readings.sensors.info(id)?.name ?? id),
    onMetrics: (health) => trouble.metrics(metrics.store.name, health),
    onBroker: (connected) => {
      alerts.brokerAway(!connected)
      trouble.broker(connected)
    },
  })
  const { sensors, queue, writer, broker, ownState } = readings
  const hoursWriter = coverageWriter({
    ...footage.coverage.toExport,
    placeOf: (cameraId) => placeTags(everCameras.areaOf(cameraId), zone),
    store: metrics.store,
    tools,
  })
  // Intended against actual: every enabled camera is recorded, and what is wrong for a while is an alert.
  const intended = reconciler(
    'reconcile',
    async () => {
      const list = cameras.list()
      recorded.clear()
      for (const camera of list) recorded.set(camera.id, camera)
      await pulls.want(new Set(list.filter(({ enabled }) => enabled).map(({ id }) => id)))
      footage.reconcile(list)
      looks.reconcile(list)
      states.reconcile(list)
      live.keepOnly(new Set(list.map(({ id }) => id)))
      trouble.cameras(list, states.get, footage.expectedNow())
      trouble.disks(footage.troubles())
      trouble.ledger(footage.coverage.unequal(), everCameras.nameOf)
    },
    reconcileMs,
    tools,
  )

  // Pipeline C, a request of a person: the HTTP routes call these parts.
  const modules = {
    config,
    version,
    dashboardFolder,
    tools,
    people,
    signedIn,
    screens,
    audit,
    walls: wallBook({ store, tools }),
    zone,
    cameras,
    ptz,
    everCameras,
    states,
    discovery,
    footage,
    play: playback({
      find: footage.segments,
      findFile: footage.segmentAt,
      spans: footage.spans,
      cameraName: everCameras.nameOf,
      timeZone: zone.timeZone,
    }),
    looks,
    live,
    ...readings,
    alerts,
    metrics: metrics.store,
    changes,
  }
  const app = await httpServer(httpPartsOf(modules))

  await firstImport(config.zone, zone, {
    store,
    cameras: cameras.importAll,
    sensors: sensors.importAll,
    rules: alerts.importRules,
    account: people.add,
  })
  const firstPassword = await people.ensureAdmin(firstAdminPassword)

  return {
    /** The password of `admin`, when one was made up: to be shown once. */
    firstPassword,
    /** A one-time path for the browser that signs in as `admin`. */
    ticketPath(): string {
      const admin = people.find('admin')
      if (!admin) throw new Failure('missing', 'account-missing', 'there is no account named admin')
      return `/enter?ticket=${signedIn.createTicket(admin.id, minutes(30))}`
    },
    /** Ports are taken here, before anything runs. @throws Failure conflict (`port-taken`) */
    async listen(): Promise<{ port: number }> {
      try {
        await broker.listen()
        return await listen(app, config.http)
      } catch (cause) {
        // What listens already must not keep the process alive.
        await broker.run(AbortSignal.abort())
        throw cause
      }
    },
    /** Recovers, runs until `signal` aborts, then ends in order: visitors, sources, recorders, stores. */
    async run(signal: AbortSignal): Promise<void> {
      if (zone.isEmpty())
        log.warn({ code: 'zone-missing' }, 'there is no zone, so nothing can be added: name a zone file')
      // Cameras are read while their files are compared: what they send waits.
      const recovering = { run: async () => void (await footage.recover()) }
      const sources = [recovering, intended, cameras, ptz, discovery, sensors, ownState, broker]
      const sinks = [footage, looks, live, queue, writer, hoursWriter, metrics, alerts]
      await runStages({ sources, sinks }, signal, async () => {
        await app.close()
        await pulls.stop()
      })
    },
    /** After `run`, or instead of it. */
    async close(): Promise<void> {
      await app.close()
      metrics.close()
      files.close()
    },
  }
}
