import { useEffect, useRef, useState } from 'preact/hooks'
import type { History } from '../../gateway/contract/sensor.ts'
import { hours } from '../../gateway/domain/units.ts'
import { useGateway } from '../shell/gateway.ts'
import { sparkPath, sparkRange } from './series.ts'

const widthPx = 132
const heightPx = 28

function pathOf({ history, toUtcMs }: { history: History; toUtcMs: number }): string {
  const range = sparkRange(history.buckets, { fromUtcMs: toUtcMs - hours(1), toUtcMs })
  return sparkPath(history, { ...range, widthPx, heightPx })
}

/** The last hour as a line. It is loaded when it comes into view, and again every two minutes while it is there; paler when that failed. */
export function Spark({ sensorId, metric }: { sensorId: string; metric: string }) {
  const { api, nowUtcMs } = useGateway()
  const host = useRef<SVGSVGElement>(null)
  const [seen, setSeen] = useState(false)
  const [stale, setStale] = useState(false)
  const [drawn, setDrawn] = useState<{ history: History; toUtcMs: number } | null>(null)

  useEffect(() => {
    const watch = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)))
    if (host.current !== null) watch.observe(host.current)
    return () => watch.disconnect()
  }, [])

  useEffect(() => {
    if (!seen) return undefined
    const leaving = new AbortController()
    const load = async (): Promise<void> => {
      const toUtcMs = nowUtcMs.peek()
      const range = { fromUtcMs: toUtcMs - hours(1), toUtcMs }
      const history = await api.history(sensorId, metric, range, widthPx, leaving.signal)
      setDrawn({ history, toUtcMs })
    }
    const refresh = (): void => {
      load().then(
        () => setStale(false),
        () => setStale(true),
      )
    }
    refresh()
    const timer = setInterval(refresh, 120_000)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [seen, sensorId, metric])

  return (
    <svg class={stale ? 'spark is-old' : 'spark'} ref={host} width={widthPx} height={heightPx} aria-hidden="true">
      {drawn === null ? null : <path d={pathOf(drawn)} />}
    </svg>
  )
}
