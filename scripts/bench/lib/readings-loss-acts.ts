import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreFault } from './readings-faulty-store.ts'
import type { LossLab } from './readings-loss-lab.ts'

export interface LossAct {
  readonly name: string
  readonly fits: (lab: LossLab) => boolean
  /** Does it and undoes it. Afterwards the lab recovers by itself, or something is wrong. */
  readonly run: (lab: LossLab, random: () => number) => Promise<void>
}
const always = () => true
/**
 * Mosquitto 2.0 keeps sessions and what waits in them over its restart, but not the shared subscriptions: until the gateway has subscribed
 * again, it throws away what it acknowledges to devices. That promise holds with one connection only.
 */
const keepsSubscriptions = ({ broker }: LossLab) => broker === 'mosquitto'

/** At any moment: also in the midst of a commit or of a write to InfluxDB. */
const killGateway: LossAct = {
  name: 'kill -9 of the gateway',
  fits: always,
  async run(lab, random) {
    await sleep(300 + random() * 1_500)
    await lab.gateway.kill9()
    await sleep(random() * 500)
    await lab.gateway.restart()
  },
}

/** With a backlog, and a write that may be half done. */
const killWithBacklog: LossAct = {
  name: 'kill -9 with a backlog',
  fits: always,
  async run(lab, random) {
    lab.store.set(random() < 0.5 ? 'stored-500' : 'failing')
    await sleep(500 + random() * 1_500)
    await lab.gateway.kill9()
    // It is not ready before it may write.
    lab.store.set('none')
    await lab.gateway.restart()
  },
}

const stopGateway: LossAct = {
  name: 'gateway stopped in order',
  fits: always,
  async run(lab, random) {
    await sleep(200 + random() * 500)
    await lab.gateway.stop()
    await lab.gateway.restart()
  },
}

const restartMosquitto: LossAct = {
  name: 'Mosquitto restarted',
  fits: keepsSubscriptions,
  async run({ mosquitto }, random) {
    await sleep(random() * 1_000)
    await mosquitto?.stop()
    await sleep(random() * 1_000)
    await mosquitto?.start()
  },
}

/** Messages wait in the broker, which is restarted before anybody takes them. */
const restartMosquittoFull: LossAct = {
  name: 'Mosquitto restarted, gateway away',
  fits: keepsSubscriptions,
  async run({ mosquitto, gateway }, random) {
    await gateway.kill9()
    await sleep(300 + random() * 1_000)
    await mosquitto?.stop()
    await mosquitto?.start()
    await gateway.restart()
  },
}

const stopInflux: LossAct = {
  name: 'InfluxDB restarted',
  fits: always,
  async run({ influx }, random) {
    await influx.stop()
    await sleep(500 + random() * 1_500)
    await influx.start()
  },
}

const fillDisk: LossAct = {
  name: 'disk full',
  fits: ({ disk }) => disk !== undefined,
  async run({ disk }, random) {
    await disk?.fill()
    await sleep(random() * 1_500)
    disk?.free()
  },
}

/** What was acknowledged before is there after all. */
const killWhenFull: LossAct = {
  name: 'disk full, kill -9',
  fits: ({ disk }) => disk !== undefined,
  async run({ disk, gateway }, random) {
    await disk?.fill()
    await sleep(random() * 500)
    await gateway.kill9()
    disk?.free()
    await gateway.restart()
  },
}

const answers = (fault: StoreFault, name: string): LossAct => ({
  name,
  fits: always,
  async run({ store }, random) {
    const before = store.met.get(fault) ?? 0
    store.set(fault)
    const startedMs = performance.now()
    const leastMs = 500 + random() * 1_500
    // The writer may be waiting after the fault before this one.
    while (performance.now() - startedMs < leastMs || (store.met.get(fault) ?? 0) === before) {
      if (performance.now() - startedMs > 60_000) throw new Error(`nothing was written while InfluxDB was ${fault}`)
      await sleep(50)
    }
    // The halves in which the writer looks for bad lines are to meet it too.
    if (fault === 'partial') await sleep(1_000)
    store.set('none')
  },
})

export const lossActs: readonly LossAct[] = [
  killGateway,
  killWithBacklog,
  stopGateway,
  restartMosquitto,
  restartMosquittoFull,
  stopInflux,
  fillDisk,
  killWhenFull,
  answers('unauthorized', 'InfluxDB answers 401'),
  answers('failing', 'InfluxDB answers 500'),
  answers('busy', 'InfluxDB answers 503'),
  answers('stored-500', 'InfluxDB stores, answers 500'),
  answers('stored-unsaid', 'InfluxDB stores, says nothing'),
  answers('refused', 'InfluxDB refuses connections'),
  answers('partial', 'InfluxDB takes some lines'),
  answers('too-large', 'InfluxDB answers 413'),
]
