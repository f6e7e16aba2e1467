import type { Config } from '../contract/config.ts'
import type { Packet } from '../domain/reading.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import { type Announcer, haMessages, ownConfigs, ownTopics } from './ha-messages.ts'
import { type Publish, retainedBoard } from './retained-board.ts'
import { type SparkplugNode, sparkplugNode } from './sparkplug-node.ts'
import { type Thing, type ThingSources, thingsNow } from './things.ts'

type Say = (topic: string, payload: Uint8Array) => Promise<void>
type Heard = Pick<Packet, 'topic' | 'payload'>

export interface PublisherOptions {
  readonly config: Config['mqtt']['publish']
  /** Home Assistant's discovery prefix. */
  readonly prefix: string
  readonly gatewayId: string
  /** Known when the zone was imported. */
  readonly zoneId: () => string
  readonly version: string
  readonly sources: ThingSources
  readonly broker: {
    readonly connected: boolean
    publish: Publish
    /** A connection with a will of its own, see the broker. */
    voice(
      options: {
        name: string
        will: () => { topic: string; payload: Uint8Array }
        filters: readonly string[]
        hear: (packet: Packet) => unknown
        onUp: (say: Say) => Promise<void>
        onDown: () => void
      },
      signal: AbortSignal,
    ): Promise<void>
  }
  readonly tools: Tools
  readonly random?: () => number
}

/** Tells other systems, through the broker, what cameras and sensors the gateway has and how they are. */
export interface Publisher {
  /** MQTT filters that it needs to hear. */
  filters(): string[]
  /** Takes a message that is about the gateway's own things or is addressed to it: it is none of a sensor. @returns whether it was one */
  hear(packet: Heard): boolean
  run(signal: AbortSignal): Promise<void>
}

/** What changed is told this often. */
const paceMs: Millis = seconds(1)
/** After Home Assistant came up every device speaks again: not all at once. */
const afterStartMs: Millis = seconds(10)
const text = new TextDecoder()

export function publisher(options: PublisherOptions): Publisher {
  const { config, prefix, gatewayId, zoneId, version, sources, broker, tools, random = Math.random } = options
  const { clock, log } = tools
  const announcer: Announcer = { prefix, gatewayId, version }
  const [topics, configs, status] = [ownTopics(gatewayId), ownConfigs(announcer), `${prefix}/status`]
  const board = retainedBoard(broker.publish)
  let node: SparkplugNode | undefined
  let wasConnected = false
  let sayAllAtMs: Millis | undefined
  let say: Say | undefined
  let mustBear = false

  async function announce(things: readonly Thing[]): Promise<void> {
    const { connected } = broker
    if (connected && !wasConnected) board.forget()
    wasConnected = connected
    if (!connected) return
    if (sayAllAtMs !== undefined && clock.monotonic() >= sayAllAtMs) {
      sayAllAtMs = undefined
      board.forget()
    }
    // Switched off, there is nothing that should stand there: what is left from before goes.
    await board.sync(config.homeAssistant ? haMessages(things, announcer) : new Map())
  }
  async function tell(things: readonly Thing[]): Promise<void> {
    if (!node || !say) return
    const messages = mustBear ? node.birth(things, clock.now()) : node.data(things, clock.now())
    mustBear = false
    for (const { topic, payload } of messages) await say(topic, payload)
  }
  let turn = Promise.resolve()
  /** One after the other: the order of messages is part of what they say. */
  const tick = () => (turn = turn.then(tellAll))
  async function tellAll(): Promise<void> {
    try {
      const things = config.homeAssistant || node ? thingsNow(sources, clock.now()) : []
      await announce(things)
      await tell(things)
    } catch (cause) {
      // Half of it may be said: the next time begins anew.
      wasConnected = false
      mustBear = true
      log.debug({ err: cause }, 'the gateway’s own state was not published')
    }
  }

  function hear({ topic, payload }: Heard): boolean {
    if (topic.startsWith(topics)) return true
    if (topic.startsWith(configs)) {
      if (payload.byteLength > 0) board.heard(topic)
      return true
    }
    if (topic === status) {
      if (config.homeAssistant && text.decode(payload) === 'online')
        sayAllAtMs = clock.monotonic() + Math.round(random() * afterStartMs)
      return true
    }
    if (!node || !topic.startsWith('spBv1.0/') || !node.owns(topic)) return false
    if (node.asksForBirth(topic, payload)) mustBear = true
    return true
  }
  /** The node's life at the broker: born with each connection. */
  function speak(as: SparkplugNode, signal: AbortSignal): Promise<void> {
    const voice = {
      name: 'sparkplug',
      will: () => as.will(clock.now()),
      filters: [as.commands],
      hear,
      async onUp(now: Say) {
        mustBear = true
        say = now
        await tick()
      },
      onDown() {
        say = undefined
      },
    }
    return broker.voice(voice, signal)
  }

  return {
    filters: () => [`${prefix}/device/+/config`, ...(config.homeAssistant ? [status] : [])],
    hear,
    async run(signal) {
      if (config.sparkplug) {
        // Begins somewhere: a node that was killed and starts again is not taken for the one before.
        const bdSeq = Math.floor(clock.now() / 1_000) % 256
        node = sparkplugNode({ group: config.sparkplug.group, node: config.sparkplug.node ?? zoneId(), bdSeq })
      }
      await tick()
      await Promise.all([node && speak(node, signal), every(clock, paceMs, signal, tick)])
    },
  }
}
