import { useState } from 'preact/hooks'
import type { Calibration, Sensor } from '../../gateway/contract/sensor.ts'
import { clockParts, formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import { CalibrationDialog } from './calibration-form.tsx'
import { dueWords } from './calibration-words.ts'
import { words } from './detail-words.ts'

/** The calibrations of a sensor, the newest first; the first of each metric holds now. */
export function Calibrations({ sensor }: { sensor: Sensor }) {
  const { api } = useGateway()
  const mayConfigure = useMay('configure')
  const [adding, setAdding] = useState(false)
  const load = useLoad((signal) => api.calibrations(sensor.id, signal), [sensor.id])
  return (
    <section class="section" aria-labelledby="calibrations">
      <div class="section-head">
        <h2 id="calibrations">
          {words().calibrations}
          <span class="head-about">{words().calibrationsAbout}</span>
        </h2>
        {mayConfigure && sensor.metrics.some(({ type }) => type === 'number') ? (
          <button type="button" class="button" onClick={() => setAdding(true)}>
            <PlusIcon size={18} /> {words().addCalibration}
          </button>
        ) : null}
      </div>
      <Loaded what={words().calibrations} of={load}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={words().noCalibrations} next={words().noCalibrationsNext} />
          ) : (
            <CalibrationTable sensor={sensor} list={list.toSorted((a, b) => b.fromUtcMs - a.fromUtcMs)} />
          )
        }
      </Loaded>
      {adding ? (
        <CalibrationDialog
          sensor={sensor}
          onClose={(done) => {
            setAdding(false)
            if (done) load.reload()
          }}
        />
      ) : null}
    </section>
  )
}

function CalibrationTable({ sensor, list }: { sensor: Sensor; list: readonly Calibration[] }) {
  const { nowUtcMs } = useGateway()
  const { column } = words()
  const today = clockParts(nowUtcMs.peek(), siteTimeZone.peek()).date
  return (
    <Table label={words().calibrations}>
      <thead>
        <tr>
          <th scope="col">{column.metric}</th>
          <th scope="col">{column.formula}</th>
          <th scope="col">{column.certificate}</th>
          <th scope="col">{column.from}</th>
          <th scope="col">{column.due}</th>
          <th scope="col">{column.by}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((one) => {
          const holds = list.find(({ metric }) => metric === one.metric) === one
          const due = one.dueOn === null ? null : dueWords(one.dueOn, today)
          return (
            <tr key={one.id} class={holds ? undefined : 'row-off'} data-calibration={one.id}>
              <th scope="row">
                {sensor.metrics.find(({ key }) => key === one.metric)?.name ?? one.metric}
                {holds ? <div class="muted">{words().now}</div> : null}
              </th>
              <td class="nowrap">{formulaWords(one)}</td>
              <td>{one.certificate === '' ? '—' : one.certificate}</td>
              <td class="nowrap">{formatDateTime(one.fromUtcMs)}</td>
              <td>
                {due === null ? '—' : holds ? <StatusDot tone={due.tone}>{due.text}</StatusDot> : (one.dueOn ?? '')}
              </td>
              <td>{one.by}</td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

/** `读数 × 1.002 + 0.3`. */
export function formulaWords({ scale, offset }: Pick<Calibration, 'scale' | 'offset'>): string {
  const digits = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−')
  return words().formula(digits(scale), offset < 0 ? `− ${digits(-offset)}` : `+ ${digits(offset)}`)
}
