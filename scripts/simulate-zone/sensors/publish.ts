import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { systemClock } from '../../../gateway/lib/clock.ts'
import type { StorySeconds } from './curves.ts'
import { announcements, bridgeStatus, type Message, occasionMessage, stateMessage } from './messages.ts'
import { demoSensors, type SensorSpec } from './sensors.ts'

export interface SensorsOptions {
  readonly url: string
  /** How much faster than life the story runs. */
  readonly storySpeed: number
}

interface Voice {
  readonly spec: SensorSpec
  /** Real seconds at which it speaks next. */
  dueAt: number
  contacts: string
  readonly occasions: Map<string, number>
}

const contactsOf = (spec: SensorSpec, t: StorySeconds): string =>
  spec.metrics
    .map((metric) => metric.value(t))
    .filter((value) => typeof value === 'boolean')
    .join()

/** What this sensor says now: its state when due or when a door moved, and what ended since the last look. */
function heard(voice: Voice, seconds: number, t: StorySeconds): Message[] {
  const { spec } = voice
  const messages: Message[] = []
  const contacts = contactsOf(spec, t)
  const moved = contacts !== voice.contacts
  voice.contacts = contacts
  const due = seconds >= voice.dueAt
  while (voice.dueAt <= seconds) voice.dueAt += spec.everySeconds
  if (due || moved) messages.push(stateMessage(spec, t, Date.now()))
  for (const metric of spec.metrics) {
    const occasion = metric.occasion?.(t)
    if (occasion === undefined) continue
    const before = voice.occasions.get(metric.key)
    voice.occasions.set(metric.key, occasion)
    if (before !== undefined && before !== occasion) messages.push(occasionMessage(spec, metric, t, Date.now()))
  }
  return spec.silent?.(t) ? [] : messages
}

/** Publishes all sensors until `signal` aborts; waits for the broker as long as it takes, and announces again at each connection. */
export async function simulateSensors({ url, storySpeed }: SensorsOptions, signal: AbortSignal): Promise<void> {
  const bornMs = performance.now()
  const options: IClientOptions = {
    clientId: `demo-zone-${process.pid}`,
    reconnectPeriod: 1_000,
    connectTimeout: 5_000,
    will: { topic: bridgeStatus, payload: Buffer.from('offline'), qos: 1, retain: true },
  }
  let told = ''
  let client: MqttClient | undefined
  const say = (message: string) => {
    if (message !== told) process.stderr.write(`sensors: ${message}\n`)
    told = message
  }
  while (!client && !signal.aborted) {
    try {
      client = await connectAsync(url, options, false)
    } catch (cause) {
      say(`waiting for the broker (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)})`)
      await systemClock.sleep(1_000, signal)
    }
  }
  if (!client) return
  const open = client
  const publish = (message: Message) => {
    open.publish(message.topic, message.payload, { qos: 1, retain: message.retain }, (cause) => {
      if (cause) say(cause.message)
    })
  }
  const announce = () => {
    publish({ topic: bridgeStatus, payload: 'online', retain: true })
    for (const message of demoSensors.flatMap(announcements)) publish(message)
  }
  open.on('error', (cause) => say(cause.message))
  open.on('connect', announce)
  announce()

  const voices = demoSensors.map(
    (spec, index): Voice => ({
      spec,
      dueAt: (performance.now() - bornMs) / 1_000 + (index % spec.everySeconds),
      contacts: '',
      occasions: new Map(),
    }),
  )
  do {
    const seconds = (performance.now() - bornMs) / 1_000
    for (const voice of voices) {
      const messages = heard(voice, seconds, seconds * storySpeed)
      // While the broker is away nothing is queued: these are cheap sensors without memory.
      if (open.connected) for (const message of messages) publish(message)
    }
  } while ((await systemClock.sleep(1_000, signal)) === 'slept')

  // A broker that is going away too may never acknowledge; then its will says the same.
  const goodbye = open.publishAsync(bridgeStatus, 'offline', { qos: 1, retain: true })
  await Promise.race([goodbye, systemClock.sleep(1_000)])
  await open.endAsync(true)
}
