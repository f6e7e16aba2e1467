/** What many begin with: `mqtt` -> `influx.writePoints`. Arguments: address of the broker, address of InfluxDB. For comparison with the gateway. */
import { InfluxDB, type IPoint } from 'influx'
import { connect } from 'mqtt'

const [brokerUrl = '', influxUrl = ''] = process.argv.slice(2)
const { hostname, port } = new URL(influxUrl)
const influx = new InfluxDB({ host: hostname, port: Number(port), database: 'zone' })
/** The size that InfluxDB's manual recommends. */
const mostPoints = 5_000

let taken = 0
let written = 0
let points: IPoint[] = []
/** By sensor. */
const newest = new Map<string, number>()

const client = connect(brokerUrl, { clientId: 'plain-loop', clean: false })
client.on('connect', () => {
  client.subscribe('zone/+', { qos: 1 }, (failure) => {
    if (failure) throw failure
    process.stdout.write('ready\n')
  })
})
client.on('message', (topic, payload) => {
  const { value } = JSON.parse(payload.toString()) as { value: number }
  const sensor = topic.slice('zone/'.length)
  // Its one kindness: no two points of a sensor at the same moment, or there would be less to write.
  const utcMs = Math.max((newest.get(sensor) ?? 0) + 1, Date.now())
  newest.set(sensor, utcMs)
  taken++
  points.push({ measurement: 'reading', tags: { sensor }, fields: { value }, timestamp: new Date(utcMs) })
})

setInterval(
  () =>
    process.stdout.write(`${JSON.stringify({ atMs: performance.timeOrigin + performance.now(), taken, written })}\n`),
  200,
)
for (;;) {
  const batch = points.splice(0, mostPoints)
  if (batch.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  else {
    await influx.writePoints(batch, { precision: 'ms' })
    written += batch.length
  }
}
