import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { accounts } from '../../gateway/access/accounts.ts'
import { audit } from '../../gateway/access/audit.ts'
import { screens } from '../../gateway/access/screens.ts'
import { sessions } from '../../gateway/access/sessions.ts'
import type { Alert, Rule } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { FeedChange } from '../../gateway/contract/feed.ts'
import type { Hold, PlannedOff } from '../../gateway/contract/footage.ts'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { hours, type UtcRange } from '../../gateway/domain/units.ts'
import type { Role } from '../../gateway/domain/words.ts'
import type { App } from '../../gateway/http/app.ts'
import { sessionCookie } from '../../gateway/http/guard.ts'
import type { Clip, HttpParts } from '../../gateway/http/parts.ts'
import { httpServer } from '../../gateway/http/server.ts'
import { broadcast } from '../../gateway/lib/broadcast.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore } from '../../gateway/store/open.ts'
import { wallBook } from '../../gateway/walls/walls.ts'
import { tempFolder } from '../support/temp.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

export const camera: Camera = {
  id: 'cam-1',
  name: '制面间 1',
  areaId: 'w01-process',
  purpose: 'food safety',
  address: 'http://192.0.2.7/onvif/device_service',
  kind: 'onvif',
  endpoint: null,
  user: 'op',
  enabled: true,
  device: null,
  main: null,
  sub: null,
  third: null,
  ptz: false,
  privacy: false,
  clockOffsetMs: null,
  addedUtcMs: 0,
  retentionDays: null,
  retentionBasis: null,
  disk: null,
  hours: null,
  state: {
    status: 'recording',
    reason: null,
    detail: null,
    sinceUtcMs: 1,
    nextTryUtcMs: null,
    lastFrameUtcMs: 2,
    fps: 15,
    kbps: 900,
  },
}
export const sensor: Sensor = {
  id: 'sen-1',
  candidateId: 'ha:cold-w01',
  name: 'Cold store',
  areaId: 'w01-process',
  source: 'home-assistant',
  metrics: [
    {
      key: 'temp',
      name: 'Temperature',
      unit: '°C',
      sourceUnit: null,
      kind: 'temperature',
      type: 'number',
      guessed: false,
      periodMs: null,
    },
  ],
  status: 'online',
  why: null,
  latest: [],
  clockOffsetMs: null,
}
export const rule: Rule = {
  id: 'rule-1',
  name: 'Too warm',
  sensorId: 'sen-1',
  metric: 'temp',
  condition: 'above',
  threshold: 5,
  forMs: 0,
  hysteresis: 0,
  severity: 'warning',
  enabled: true,
}
export const alert: Alert = {
  id: 'alert-1',
  ruleId: 'rule-1',
  code: 'rule',
  name: 'Too warm',
  severity: 'warning',
  sensorId: 'sen-1',
  cameraId: null,
  areaId: 'w01-process',
  metric: 'temp',
  unit: '°C',
  threshold: 5,
  condition: 'above',
  value: 6,
  worstValue: 7,
  raisedUtcMs: 10,
  clearedUtcMs: null,
  acknowledgedUtcMs: null,
  acknowledgedBy: null,
  note: null,
}

/** The bytes of the one segment, `1000-1.mp4`; the file on disk is longer, as one that is still written. */
export const segmentText = '0123456789abcdefghij'

export const clipText = 'mp4bytes'
export const clipTag = '"tag-of-the-clip"'
/** A clip of `clipText`. */
export const clipOf = (range: UtcRange): Clip => ({
  ...range,
  sizeBytes: clipText.length,
  etag: clipTag,
  fileName: '制面间 1.mp4',
  clockOffsetMs: 412_000,
  read: ({ start, end } = { start: 0, end: clipText.length - 1 }) => Readable.from([clipText.slice(start, end + 1)]),
})

const hold: Hold = {
  id: 'h-1',
  cameraIds: ['cam-1'],
  fromUtcMs: 1_000,
  toUtcMs: 2_000,
  reason: 'sample 12',
  untilUtcMs: null,
  createdUtcMs: 10,
  owner: 'regulator',
  ownerName: 'Regulator',
  releasedUtcMs: null,
  releasedBy: null,
  releaseReason: null,
  active: true,
}
const planned: PlannedOff = {
  id: 'p-1',
  cameraId: 'cam-1',
  fromUtcMs: 1_000,
  toUtcMs: 2_000,
  reason: 'painting',
  createdUtcMs: 10,
  createdBy: 'ops',
  cancelledUtcMs: null,
  cancelledBy: null,
}

const mqttAccount = {
  id: 'mqtt-1',
  user: 'cold-1',
  note: '',
  publish: ['zone/cold-1/#'],
  subscribe: [],
  createdUtcMs: 10,
  createdBy: 'ops',
  seenUtcMs: null,
  connected: false,
}
const claim = { id: 'claim-1', note: '', publish: ['zone/%c'], subscribe: [], validUntilUtcMs: 20, createdBy: 'ops' }

const known = <T extends { id: string }>(thing: T, id: string): T => {
  if (id !== thing.id) throw new Failure('missing', 'no-such-thing', 'no such thing', { id })
  return thing
}

export interface Gateway {
  readonly app: App
  readonly parts: HttpParts
  readonly clock: ManualClock
  /** What a module sends to the feed. */
  readonly change: (change: FeedChange) => void
  /** The value of a cookie header for somebody of this role. */
  readonly cookie: (role: Role) => Promise<string>
}

/** The real edge and the real access module around modules that are plain objects; built, not listening. */
export async function openGateway(overrides: Partial<HttpParts> = {}): Promise<Gateway> {
  const folder = tempFolder('http')
  const clock = manualClock()
  const tools = { clock, log: openLog('silent') }
  const store = openStore(join(folder, 'gateway.db'), 'gateway')
  const people = accounts({ store, tools })
  const signedIn = sessions({ store, tools }, people)
  const screenBook = screens({ store, tools }, signedIn)
  const changes = broadcast<FeedChange>({ keep: 1_024 })
  const segment = join(folder, '1000-1.mp4')
  writeFileSync(segment, `${segmentText}not yet whole`)

  const parts: HttpParts = {
    tools,
    config: { host: '127.0.0.1', port: 0, trustedOrigins: ['https://zone.example'] },
    version: '0.0.1',
    dashboardFolder: join(folder, 'dist'),
    accounts: people,
    sessions: signedIn,
    screens: screenBook,
    walls: wallBook({ store, tools }),
    areaOf: (cameraId) => (cameraId === camera.id ? camera.areaId : undefined),
    ptz: {
      state: async (id) => ({ presets: [{ token: 't-1', name: known(camera, id).name }], heldBy: null }),
      move: async (id) => void known(camera, id),
      stop: async (id) => void known(camera, id),
      goto: async (id) => void known(camera, id),
      addPreset: async (id, name) => ({ token: known(camera, id) && 't-2', name }),
      removePreset: async (id) => void known(camera, id),
    },
    audit: audit({ store, tools }),
    zone: {
      tree: () => ({ id: 'fuan', name: '福安', timeZone: 'Asia/Shanghai', sites: [] }),
      exportYaml: () => 'zone:\n  id: fuan\n',
    },
    cameras: {
      list: () => [camera],
      get: (id) => known(camera, id),
      add: (added) => ({ ...camera, name: added.name }),
      patch: (id, patch) => ({ ...known(camera, id), ...(patch.name === undefined ? {} : { name: patch.name }) }),
      remove: (id) => void known(camera, id),
      snapshot: async (id) => {
        known(camera, id)
        return Buffer.from([0xff, 0xd8, 0xff, 0xd9])
      },
    },
    footage: {
      spans: (id, { fromUtcMs, toUtcMs }) => {
        known(camera, id)
        return [{ kind: 'gap', startUtcMs: fromUtcMs, endUtcMs: toUtcMs, reason: 'camera-lost' }]
      },
      playlist: (id) => {
        known(camera, id)
        return '#EXTM3U\n'
      },
      segment: (id, name) => {
        known(camera, id)
        if (name !== '1000-1.mp4' && name !== 'purged.mp4') throw new Failure('missing', 'segment-missing', 'not here')
        return { path: join(folder, name), sizeBytes: segmentText.length, complete: false }
      },
      clips: async (id, range) => {
        known(camera, id)
        return { cameraId: id, ...range, clockOffsetMs: null, parts: [], gaps: [] }
      },
      clip: async (id, range) => {
        known(camera, id)
        return clipOf(range)
      },
      still: async (id, utcMs) => {
        known(camera, id)
        return { jpeg: Buffer.from([0xff, 0xd8, 0xff, 0xd9]), utcMs: utcMs - 40 }
      },
    },
    holds: {
      list: () => [hold],
      add: (added, by) => ({
        ...hold,
        ...added,
        untilUtcMs: added.untilUtcMs ?? null,
        owner: by.user,
        ownerName: by.name,
      }),
      extend: (id, change) => ({ ...known(hold, id), ...change }),
      release: (id, releaseReason, by) => ({ ...known(hold, id), releaseReason, releasedBy: by.user, active: false }),
    },
    plannedOff: {
      list: () => [planned],
      add: ({ cameraIds, ...plan }, by) =>
        cameraIds.map((cameraId) => ({ ...planned, ...plan, cameraId, createdBy: by.user })),
      cancel: (id, by) => ({ ...known(planned, id), cancelledBy: by.user }),
    },
    pictures: {
      preview: async (id, utcMs) => ({ jpeg: Buffer.from([0xff, 0xd8]), utcMs: known(camera, id) && utcMs - 40 }),
      states: () => [],
      confirmReference: async (id) => ({
        cameraId: known(camera, id).id,
        trouble: null,
        sinceUtcMs: null,
        lookedUtcMs: null,
        reference: null,
      }),
      reference: (id) => ({ jpeg: Buffer.from([0xff, 0xd8]), utcMs: known(camera, id) && 5 }),
      ofAlert: (id) => ({ jpeg: Buffer.from([0xff, 0xd8]), utcMs: known(alert, id) && 5, cameraId: camera.id }),
    },
    keeping: { coverage: () => [], disks: () => [] },
    discovery: { scan: () => {}, cameras: () => [], sensors: () => [], ignore: () => {}, rules: () => [] },
    sensors: {
      list: () => [sensor],
      approve: () => sensor,
      approveAll: () => [sensor],
      addManual: () => sensor,
      patchMetric: (id) => known(sensor, id),
      patch: (id) => known(sensor, id),
      remove: (id) => void known(sensor, id),
      history: (id, { metric }) => ({ metric: known(sensor, id) && metric, unit: '°C', bucketMs: 1_000, buckets: [] }),
      quarantined: () => [],
    },
    readings: {
      take: async (id, { takenUtcMs, values }, by) =>
        values.map(({ metric, value }) => ({
          sensorId: known(sensor, id) && id,
          metric,
          value,
          rawValue: null,
          quality: 'manual',
          utcMs: takenUtcMs,
          deviceUtcMs: null,
          source: by,
        })),
      calibrations: (id) => known(sensor, id) && [],
      calibrate: (id, what, by) => ({ ...what, id: 'cal-1', sensorId: known(sensor, id) && id, fromUtcMs: 5, by }),
      series: () => ({ found: [], timeZone: 'Asia/Shanghai' }),
    },
    readingLedger: async () => ({ sinceUtcMs: 0, accounts: [], losses: [], backlogs: [] }),
    mqttAccounts: {
      list: () => [mqttAccount],
      add: (added, by) => ({ ...mqttAccount, ...added, createdBy: by, password: 'made-once' }),
      remove: (id) => void known(mqttAccount, id),
      claims: () => [claim],
      addClaim: ({ validMinutes, ...rights }, by) => ({
        ...claim,
        ...rights,
        validUntilUtcMs: validMinutes,
        createdBy: by,
        code: 'ACDEFGHJKM',
      }),
      removeClaim: (id) => void known(claim, id),
    },
    rules: {
      list: () => [rule],
      add: (added) => ({ ...added, id: 'rule-2' }),
      patch: (id, patch) => ({
        ...known(rule, id),
        ...(patch.enabled === undefined ? {} : { enabled: patch.enabled }),
      }),
      remove: (id) => void known(rule, id),
    },
    alerts: {
      list: () => [alert],
      acknowledge: (id, by, note) => ({ ...known(alert, id), acknowledgedBy: by, acknowledgedUtcMs: 20, note }),
    },
    feed: {
      snapshot: () => ({ cameras: [{ cameraId: camera.id, state: camera.state }], readings: [], alerts: [alert] }),
      changes,
    },
    live: { attach: (socket, cameraId, { user }) => socket.send(JSON.stringify({ cameraId, user })) },
    ready: () => ({ ok: true, parts: { store: { ok: true, code: null, message: null } } }),
    metricsText: () => 'up 1\n',
    ...overrides,
  }
  const app = await httpServer(parts)
  onTestFinished(async () => {
    await app.close()
    store.close()
  })

  return {
    app,
    parts,
    clock,
    change: (change) => changes.send(change),
    async cookie(role) {
      if (role === 'screen') {
        const { ticket } = screenBook.add({ name: 'Hall', areaIds: null }, 'admin')
        return `${sessionCookie}=${(await signedIn.login({ ticket }, null)).token}`
      }
      const account =
        people.find(role) ??
        (await people.add({ user: role, name: `Name of ${role}`, role, password: `${role}-password` }))
      const { token } = await signedIn.login({ ticket: signedIn.createTicket(account.id, hours(1)) }, null)
      return `${sessionCookie}=${token}`
    },
  }
}
