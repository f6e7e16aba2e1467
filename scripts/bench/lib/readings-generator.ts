/**
 * A process of many devices, so that what they cost can be told from what the gateway costs. Its only argument is `GeneratorOptions` as JSON.
 * It prints a line of `Progress` five times a second, takes `allow N` and `stop SECONDS` as lines on stdin, and says `Sent[]` at its end.
 */
import { createInterface } from 'node:readline'
import { type Device, openDevice } from './readings-device.ts'
import type { GeneratorOptions, Progress } from './readings-load.ts'

const options = JSON.parse(process.argv[2] ?? '') as GeneratorOptions
const { port, login, devices, window, perSecond, clocks } = options

const stepMs = 5
const progressMs = 200
/** What was not sent for want of a connection is made up for, but not more than this of it. */
const mostCatchUpMs = 200

let sent = 0
let acknowledged = 0
let allowed = options.allowed ?? Number.POSITIVE_INFINITY
/** With a rate: so many may be sent at this moment. */
let budget = perSecond === undefined ? Number.POSITIVE_INFINITY : 0

function mayTake(wanted: number): number {
  const granted = Math.max(0, Math.floor(Math.min(wanted, allowed - sent, budget)))
  sent += granted
  budget -= granted
  return granted
}

const all: Device[] = devices.map((device, n) =>
  openDevice({
    name: device,
    topic: `zone/${device}`,
    port,
    login,
    tellsTime: clocks === 'odd' && n % 2 === 1,
    window,
    mayTake,
    onAcknowledged: (count) => (acknowledged += count),
  }),
)

let first = 0
let lastStepMs = performance.now()
const steps = setInterval(() => {
  const nowMs = performance.now()
  if (perSecond !== undefined)
    budget = Math.min(budget + (perSecond * (nowMs - lastStepMs)) / 1_000, (perSecond * mostCatchUpMs) / 1_000)
  lastStepMs = nowMs
  // Another one is the first each time: a small budget would always go to the same.
  first = (first + 1) % all.length
  for (let n = 0; n < all.length; n++) all[(first + n) % all.length]?.pump()
}, stepMs)

const say = (words: object) => process.stdout.write(`${JSON.stringify(words)}\n`)
const progress = (): Progress => ({
  atMs: performance.timeOrigin + performance.now(),
  sent,
  acknowledged,
  connected: all.filter(({ isConnected }) => isConnected).length,
})
const telling = setInterval(() => say(progress()), progressMs)

/** Ends when all is acknowledged, or after this long. */
async function stop(waitSeconds: number) {
  clearInterval(steps)
  for (const device of all) device.end()
  const untilMs = performance.now() + waitSeconds * 1_000
  while (all.some(({ inFlight }) => inFlight > 0) && performance.now() < untilMs)
    await new Promise((resolve) => setTimeout(resolve, stepMs))
  clearInterval(telling)
  for (const device of all) device.close()
  say(progress())
  say(all.map((device) => device.sent()))
}

const orders = createInterface({ input: process.stdin })
orders.on('line', (order) => {
  const [word, value = '0'] = order.split(' ')
  if (word === 'allow') {
    allowed = Number(value)
    for (const device of all) device.pump()
  }
  if (word === 'stop')
    void stop(Number(value)).finally(() => {
      orders.close()
      process.stdin.destroy()
    })
})
// Whoever started it is gone: so is the need for it.
process.stdin.on('end', () => process.exit(0))
