import type { Calibration } from '../../gateway/contract/sensor.ts'
import { clockParts, formatDateTime, formatDuration, siteTimeZone } from '../i18n/time.ts'
import { nameWithPlace } from '../api/places.ts'
import { ruleSentence } from '../alerts/rules.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { dueWords } from './calibration-words.ts'
import type { Hole, Limit, Line } from './chart-lines.ts'
import { nameOf } from './chart-names.ts'
import { Swatch } from './chart-legend.tsx'
import { words } from './words.ts'

const mostListed = 30

interface HoleListProps {
  readonly lines: readonly Line[]
  readonly holes: readonly Hole[]
  readonly noLedger: boolean
}

/** What is missing, from when to when and why. */
export function HoleList({ lines, holes, noLedger }: HoleListProps) {
  const { places } = useZone()
  const { holesColumn } = words()
  const shown = holes.slice(0, mostListed)
  return (
    <section class="chart-section" aria-labelledby="chart-holes">
      <h2 id="chart-holes">{words().holes}</h2>
      {noLedger ? <p class="muted">{words().noLedger}</p> : null}
      {holes.length === 0 ? (
        <p class="muted">{words().noHoles}</p>
      ) : (
        <Table label={words().holes}>
          <thead>
            <tr>
              <th scope="col">{holesColumn.series}</th>
              <th scope="col">{holesColumn.from}</th>
              <th scope="col">{holesColumn.to}</th>
              <th scope="col">{holesColumn.length}</th>
              <th scope="col">{holesColumn.why}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((hole) => {
              const line = lines.find(({ key }) => key === hole.key)
              return (
                <tr key={`${hole.key} ${hole.fromUtcMs} ${hole.lost?.reason}`} data-lost={hole.lost?.reason}>
                  <th scope="row">
                    {line === undefined ? hole.key : <Swatch hue={line.hue} />}
                    {line === undefined ? null : nameWithPlace(nameOf(line), places.value.get(line.sensor.areaId))}
                  </th>
                  <td class="nowrap">{formatDateTime(hole.fromUtcMs)}</td>
                  <td class="nowrap">{formatDateTime(hole.toUtcMs)}</td>
                  <td class="nowrap">{formatDuration(hole.toUtcMs - hole.fromUtcMs)}</td>
                  <td class={hole.lost === null ? undefined : 'is-lost'}>
                    {hole.lost === null
                      ? words().noReading
                      : words().lost(hole.lost.readings, words().lossReasons[hole.lost.reason])}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </Table>
      )}
      {holes.length > mostListed ? <p class="muted">{words().moreHoles(mostListed)}</p> : null}
    </section>
  )
}

/** By what the curves are judged: the limits of the rules, and the calibration that holds. */
export function ChartNotes({ lines, limits }: { lines: readonly Line[]; limits: readonly Limit[] }) {
  const { api, nowUtcMs } = useGateway()
  const { places } = useZone()
  const ids = [...new Set(lines.map(({ sensor }) => sensor.id))]
  const load = useLoad(
    async (signal) => (await Promise.all(ids.map((id) => api.calibrations(id, signal)))).flat(),
    [ids.join(' ')],
  )
  const today = clockParts(nowUtcMs.peek(), siteTimeZone.peek()).date
  const calibrationOf = (line: Line): Calibration | undefined =>
    (load.value ?? [])
      .filter(({ sensorId, metric }) => sensorId === line.sensor.id && metric === line.metric.key)
      .reduce<Calibration | undefined>(
        (last, one) => (last === undefined || one.fromUtcMs > last.fromUtcMs ? one : last),
        undefined,
      )
  return (
    <section class="chart-section" aria-labelledby="chart-about">
      <h2 id="chart-about">{words().about}</h2>
      <dl class="chart-notes">
        {lines.map((line) => {
          const own = limits.filter(({ key }) => key === line.key)
          const calibration = calibrationOf(line)
          return (
            <div key={line.key}>
              <dt>
                <Swatch hue={line.hue} />
                {nameWithPlace(nameOf(line), places.value.get(line.sensor.areaId))}
              </dt>
              <dd>
                {own.length === 0
                  ? words().noLimits
                  : own.map(({ rule }) => (
                      <span class="chart-limit" key={rule.id}>
                        {rule.name}: {ruleSentence(rule, line.metric)}
                      </span>
                    ))}
              </dd>
              <dd>
                {calibration === undefined ? (
                  words().noCalibration
                ) : (
                  <>
                    {calibration.certificate === ''
                      ? words().noCertificate
                      : words().certificate(calibration.certificate)}
                    {' · '}
                    {words().since(formatDateTime(calibration.fromUtcMs))}
                    {calibration.dueOn === null ? null : ` · ${dueWords(calibration.dueOn, today).text}`}
                  </>
                )}
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}
