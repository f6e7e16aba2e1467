import { z } from 'zod'
import { RangeQuery } from '../../contract/common.ts'
import { Calibration, Calibrations, NewCalibration, NewManualReadings, TakenReadings } from '../../contract/sensor.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import { clientGone } from '../client-gone.ts'
import type { HttpParts } from '../parts.ts'
import { checkLength } from '../ranges.ts'
import { readingsCsv } from '../readings-csv.ts'
import { fileOf, OneId } from './params.ts'

const mostSeries = 16
const OneSeries = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}\/.{1,80}$/, '<sensor>/<metric>')
const CsvQuery = RangeQuery.safeExtend({
  series: z
    .union([OneSeries.transform((one) => [one]), z.array(OneSeries).min(1).max(mostSeries)])
    .describe(`<sensor>/<metric>, at most ${mostSeries} times`),
})

/** What is done with readings beside the history of one: written down by a person, corrected by a calibration, taken along as a file. */
export function readingRoutes(app: App, { readings, audit }: Pick<HttpParts, 'readings' | 'audit'>): void {
  const tags = ['sensors']

  app.post(
    '/api/sensors/:id/readings',
    {
      config: { permission: 'measure', audit: 'reading.manual' },
      schema: {
        tags,
        summary: 'Write down what an instrument shows',
        params: OneId,
        body: NewManualReadings,
        response: { 201: TakenReadings },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      const what = { object: params.id, facts: { ...body } }
      const take = async () => ({ readings: [...(await readings.take(params.id, body, personOf(request).user))] })
      return reply.code(201).send(await audited(audit, request, what, take))
    },
  )
  app.get(
    '/api/sensors/:id/calibrations',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'Calibrations of a sensor, the newest first',
        params: OneId,
        response: { 200: Calibrations },
      },
    },
    async ({ params }) => ({ calibrations: [...(await readings.calibrations(params.id))] }),
  )
  app.post(
    '/api/sensors/:id/calibrations',
    {
      config: { permission: 'configure', audit: 'sensor.calibrate' },
      schema: {
        tags,
        summary: 'Calibrate a metric from now on; what is kept already stays as it is',
        params: OneId,
        body: NewCalibration,
        response: { 201: Calibration },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      const what = { object: params.id, facts: { ...body } }
      const calibrate = () => readings.calibrate(params.id, body, personOf(request).user)
      return reply.code(201).send(await audited(audit, request, what, calibrate))
    },
  )
  app.get(
    '/api/readings.csv',
    {
      config: { permission: 'watch', audit: 'readings.export' },
      schema: {
        tags,
        summary: 'Readings of some metrics as CSV; at most 400 days',
        querystring: CsvQuery,
        response: { 200: fileOf('text/csv', 'RFC 4180, UTF-8 with a byte order mark, one line a reading') },
      },
    },
    async (request, reply) => {
      const { series, fromUtcMs, toUtcMs } = request.query
      checkLength({ fromUtcMs, toUtcMs }, 'history')
      const what = { object: series.join(' '), facts: { fromUtcMs, toUtcMs } }
      const { found, timeZone } = await audited(audit, request, what, () =>
        readings.series(series.map(splitSeries), { fromUtcMs, toUtcMs }),
      )
      const name = `readings-${new Date(fromUtcMs).toISOString().slice(0, 10)}-${series.length}.csv`
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(readingsCsv(found, timeZone, clientGone(reply)))
    },
  )
}

function splitSeries(text: string): { sensorId: string; metric: string } {
  const at = text.indexOf('/')
  return { sensorId: text.slice(0, at), metric: text.slice(at + 1) }
}
