import type { Camera } from '../contract/camera.ts'
import type { Modules } from './assemble.ts'
import { prometheusText } from './prometheus.ts'

/** The text of /metrics. */
export function gatewayMeasures(m: Modules): () => Promise<string> {
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
    {
      name: 'footage_unexplained_ms',
      help: 'Time of one hour that is neither recorded nor a gap: a defect',
      read: one(() => m.footage.coverage.unequal()?.unexplainedMs ?? 0),
    },
    {
      name: 'picture_looks_total',
      help: 'Keyframes looked at, those that could not be read, and files left out because the machine was busy',
      labelNames: ['outcome'],
      read: () => Object.entries(m.looks.counters()).map(([outcome, value]) => ({ value, labels: { outcome } })),
    },
    { name: 'live_viewers', help: 'Open live sockets', read: one(m.live.viewers) },
    {
      name: 'live_presented_total',
      help: 'Frames that browsers showed',
      read: one(() => m.live.counts().presented),
    },
    {
      name: 'live_dropped_total',
      help: 'Frames that browsers decoded and never showed',
      read: one(() => m.live.counts().dropped),
    },
    {
      name: 'live_player_errors_total',
      help: 'What went wrong in players and was healed there',
      labelNames: ['kind'],
      read() {
        const { quotaErrors, decodeErrors, networkErrors, stalls, rebuilds } = m.live.counts()
        const kinds = {
          quota: quotaErrors,
          decode: decodeErrors,
          network: networkErrors,
          stall: stalls,
          rebuild: rebuilds,
        }
        return Object.entries(kinds).map(([kind, value]) => ({ value, labels: { kind } }))
      },
    },
    {
      name: 'live_drops_total',
      help: 'Frames left out because a browser read too slowly',
      read: one(() => m.live.counts().leftOut),
    },
    {
      name: 'live_closed_slow_total',
      help: 'Live sockets closed because nobody read them',
      read: one(() => m.live.counts().closedSlow),
    },
    {
      name: 'live_transcoders',
      help: 'Cameras whose live picture is turned into another form now',
      labelNames: ['form'],
      read: () => Object.entries(m.live.transcoders()).map(([form, value]) => ({ value, labels: { form } })),
    },
    { name: 'mqtt_packets_total', help: 'MQTT messages taken', read: one(() => m.intakeCounters.packets) },
    {
      name: 'mqtt_refused_total',
      help: 'What the embedded broker refused: logins, topics without a right, packets',
      labelNames: ['reason'],
      read: () => Object.entries(m.broker.refused ?? {}).map(([reason, value]) => ({ value, labels: { reason } })),
    },
    {
      name: 'readings_written_total',
      help: 'Readings in the metrics store',
      read: one(() => m.writer.counters.written),
    },
    {
      name: 'readings_refused_total',
      help: 'Readings that the metrics store will never take; they are in quarantine',
      read: one(() => m.writer.counters.refused),
    },
    {
      name: 'readings_late_total',
      help: 'Readings that were not live any more when they were written',
      read: one(() => m.writer.counters.late),
    },
    { name: 'readings_received_total', help: 'Readings in the outbox', read: one(() => m.queue.counters.appended) },
    {
      name: 'readings_lost_total',
      help: 'Readings that were given up before a store took them; a loss row names each series',
      read: one(() => m.queue.counters.lost),
    },
    {
      name: 'messages_quarantined_total',
      help: 'Messages that are no readings',
      read: one(() => m.queue.counters.quarantined),
    },
    {
      name: 'readings_unexplained',
      help: 'Readings that are neither stored nor quarantined, lost or waiting: a defect',
      read: one(() => m.queue.unequal().reduce((sum, { difference }) => sum + Math.abs(difference), 0)),
    },
    { name: 'outbox_bytes', help: 'Size of the batches in the outbox', read: one(m.queue.sizeBytes) },
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
