import { brokerAccounts } from '../broker/accounts.ts'
import { openBroker } from '../broker/broker.ts'
import { sessionBook } from '../broker/session-book.ts'
import type { CameraRegistry } from '../cameras/registry.ts'
import type { CameraStates } from '../cameras/state-board.ts'
import type { Reading } from '../contract/sensor.ts'
import { leanFilters } from '../domain/topic.ts'
import { days } from '../domain/units.ts'
import type { LoadedConfig } from '../lib/config-file.ts'
import type { Health, Tools } from '../lib/supervise.ts'
import type { MetricsStore } from '../metrics/store.ts'
import { readingTags } from '../metrics/tags.ts'
import { metricsWriter } from '../metrics/writer.ts'
import { publisher } from '../publish/publisher.ts'
import { dialectsOf } from '../sensors/dialects/index.ts'
import { intake } from '../sensors/intake.ts'
import { outbox, type OutboxOptions } from '../sensors/outbox.ts'
import { sensorRegistry } from '../sensors/registry.ts'
import type { openDataFolder } from '../store/data-folder.ts'
import type { ZoneRegistry } from '../zone/registry.ts'

interface ReadingParts {
  readonly config: LoadedConfig
  readonly version: string
  readonly files: Pick<ReturnType<typeof openDataFolder>, 'store' | 'outboxFile' | 'gatewayId'>
  readonly zone: ZoneRegistry
  readonly cameras: Pick<CameraRegistry, 'list'>
  readonly stateOf: CameraStates['get']
  readonly metrics: MetricsStore
  readonly tools: Tools
  readonly onList: (what: 'sensors' | 'discovery') => void
  /** On disk. @param isLive it says what is now, and may raise an alert */
  readonly onReading: (reading: Reading, isLive: boolean) => void
  readonly onUnequal: OutboxOptions['onUnequal']
  readonly onMetrics: (health: Readonly<Health>) => void
  readonly onBroker: (connected: boolean) => void
}

/**
 * Pipeline B, a reading: decoded and durable in `take`, which the broker awaits before it acknowledges; then latest, rules, feed. The
 * writer carries it on to the metrics store.
 */
export function readingPipeline(parts: ReadingParts) {
  const { config, version, files, zone, cameras, stateOf, metrics, tools } = parts
  const { store, outboxFile, gatewayId } = files
  const { log } = tools
  const sensors = sensorRegistry({
    store,
    tools,
    areaExists: (areaId) => zone.areaKind(areaId) !== undefined,
    dialects: dialectsOf(config.mqtt),
    maxSeries: config.readings.maxSeries,
    ask: (topic, payload) =>
      void broker
        .publish(topic, payload)
        .catch((cause: unknown) => log.debug({ err: cause, topic }, 'nobody was asked')),
    onChange: (what) => {
      parts.onList(what)
      void broker.refresh().catch((cause: unknown) => log.warn({ err: cause }, 'the broker refused a subscription'))
    },
  })
  const queue = outbox({
    store: outboxFile,
    tools,
    cursors: [metrics.name],
    maxBytes: config.readings.outboxBytes,
    maxAgeMs: days(config.readings.outboxDays),
    onUnequal: parts.onUnequal,
  })
  sensors.recall(queue.recent())

  const { take, takeManual, counters } = intake({
    registry: sensors,
    outbox: queue,
    onReadings: (readings, isLive) => {
      for (const reading of readings) parts.onReading(reading, isLive)
    },
  })
  const writer = metricsWriter({
    queue,
    store: metrics,
    tagsOf: readingTags(sensors.info, zone),
    tools,
    onHealth: parts.onMetrics,
  })
  const mqttAccounts = brokerAccounts({
    store,
    tools,
    configuredUser: config.mqtt.user,
    isOutside: config.mqtt.url !== undefined,
  })
  const broker = openBroker(config.mqtt, {
    gatewayId,
    topics: () => leanFilters([...sensors.subscriptions(), ...ownState.filters()]),
    take: (packet) => (ownState.hear(packet) ? Promise.resolve() : take(packet)),
    onConnected: (connected) => {
      if (connected) sensors.brokerBack()
      else sensors.brokerLost()
      parts.onBroker(connected)
    },
    accounts: mqttAccounts,
    book: sessionBook(store),
    tools,
  })
  // What other systems are told, through the same broker; it hears what is about itself, and that is no reading.
  const ownState = publisher({
    config: config.mqtt.publish,
    prefix: config.mqtt.discoveryPrefix,
    gatewayId,
    zoneId: () => zone.tree().id,
    version,
    sources: { zone: zone.tree, cameras: cameras.list, stateOf, sensors: sensors.list },
    broker,
    tools,
  })
  return { sensors, queue, writer, broker, mqttAccounts, ownState, takeManual, intakeCounters: counters }
}
