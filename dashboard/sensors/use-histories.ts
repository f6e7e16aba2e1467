import { effect } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { History } from '../../gateway/contract/sensor.ts'
import { minutes, type Millis, seconds, type UtcRange } from '../../gateway/domain/units.ts'
import type { Latest } from '../api/stores.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { type Load, useLoad } from '../parts/use-load.ts'
import { type ChartView, keyText, type SeriesKey, spans } from './chart-address.ts'
import { trimmed, withReading } from './chart-lines.ts'

/** What is drawn: a period, and the history of each series by its key. */
export interface Histories {
  readonly range: UtcRange
  readonly of: ReadonlyMap<string, History>
}

/** A live chart is loaded anew this often; between, it grows by what the feed brings. */
const reloadMs = (spanMs: Millis): Millis => (spanMs > spans.day ? minutes(5) : minutes(1))

/** Histories of some series, as many buckets as the chart has pixels. @param held keeps a live chart where it is */
export function useHistories(
  series: readonly SeriesKey[],
  view: ChartView,
  widthPx: number,
  held = false,
): Load<Histories> {
  const { api, nowUtcMs } = useGateway()
  const keys = series.map(keyText).join(' ')
  const isLive = view.kind === 'live'
  const spanMs = isLive ? spans[view.span] : 0
  const round = useRef(0)
  // What is held stays as it is: no reload, no step.
  if (!held) round.current = isLive ? Math.floor(nowUtcMs.value / reloadMs(spanMs)) : 0
  const fixed = isLive ? view.span : `${view.range.fromUtcMs} ${view.range.toUtcMs}`
  const load = useLoad<Histories>(
    async (signal) => {
      const now = nowUtcMs.peek()
      const range = isLive ? { fromUtcMs: now - spanMs, toUtcMs: now } : view.range
      if (widthPx === 0) return { range, of: new Map() }
      const found = await Promise.all(
        series.map(async (key) => {
          const history = await api.history(key.sensorId, key.metric, range, widthPx, signal)
          return [keyText(key), history] as const
        }),
      )
      return { range, of: new Map(found) }
    },
    [keys, fixed, widthPx, round.current],
  )
  const stepMs = Math.max(seconds(1), widthPx === 0 ? 0 : spanMs / widthPx)
  return { ...load, value: useGrown(load.value, series, isLive, held, stepMs) }
}

/** A live chart moves by one pixel at a time, and takes in what the feed brought meanwhile. */
function useGrown(
  base: Histories | null,
  series: readonly SeriesKey[],
  growing: boolean,
  held: boolean,
  stepMs: Millis,
): Histories | null {
  const { nowUtcMs } = useGateway()
  const { latestOf } = useZone()
  const heard = useRef(new Map<string, Latest[]>())
  const isHeld = useRef(held)
  isHeld.current = held
  const [step, setStep] = useState(0)
  const keys = series.map(keyText).join(' ')
  useEffect(() => {
    if (!growing) return undefined
    heard.current = new Map()
    const listening = series.map((key) =>
      effect(() => {
        const latest = latestOf(key.sensorId, key.metric).value
        if (latest === null) return
        const tail = heard.current.get(keyText(key)) ?? []
        heard.current.set(keyText(key), [...tail, latest])
      }),
    )
    const leave = effect(() => {
      const next = Math.floor(nowUtcMs.value / stepMs)
      if (!isHeld.current) setStep(next)
    })
    return () => {
      leave()
      for (const stop of listening) stop()
    }
  }, [keys, growing, stepMs])

  return useMemo(() => {
    if (base === null || !growing) return base
    const now = nowUtcMs.peek()
    const range = { fromUtcMs: now - (base.range.toUtcMs - base.range.fromUtcMs), toUtcMs: now }
    const of = new Map<string, History>()
    for (const [key, history] of base.of) {
      // What was there when it was loaded is in it.
      const tail = (heard.current.get(key) ?? []).filter(({ utcMs }) => utcMs > base.range.toUtcMs)
      heard.current.set(key, tail)
      of.set(key, trimmed(tail.reduce(withReading, history), range.fromUtcMs))
    }
    return { range, of }
  }, [base, step, growing])
}
