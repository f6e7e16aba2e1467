import { useEffect, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { ClipPart, ClipPlan } from '../../gateway/contract/footage.ts'
import type { Millis, UtcRange } from '../../gateway/domain/units.ts'
import { formatDateTime, formatTime } from '../i18n/time.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DownloadIcon } from '../parts/icons.tsx'
import { Loading, problemText } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { offsetTone, offsetWord } from './clock-offset.ts'
import type { Desk } from './desk.ts'
import { keepWords } from './keep-words.ts'
import { markedOr } from './marks.ts'
import { words } from './words.ts'
import { reasonWord } from './moment-words.ts'
import { type Choosing, chosenOf, RangeFields, useChoosing } from './range-fields.tsx'

const settleMs: Millis = 400
const mostGaps = 8

/** The marked span of some cameras as files: how large, what is missing, and how wrong the camera's own clock was. */
export function DownloadDialog({ desk, cameras }: { desk: Desk; cameras: readonly Camera[] }) {
  const { nowUtcMs } = useGateway()
  const now = nowUtcMs.peek()
  const range = markedOr(desk.marks.peek(), desk.play.headUtcMs.peek() ?? now, now)
  const [choosing, change] = useChoosing(range, desk.cameraIds.peek())
  const settled = useSettled(choosing)
  const chosen = chosenOf(settled, nowUtcMs.peek())
  return (
    <Dialog title={keepWords().downloadTitle} onClose={() => (desk.dialog.value = null)}>
      <div class="form">
        <RangeFields choosing={choosing} change={change} cameras={cameras} />
        {typeof chosen === 'string' ? (
          <p class="refusal" role="alert">
            {chosen}
          </p>
        ) : (
          cameras
            .filter(({ id }) => chosen.ids.includes(id))
            .map((camera) => <Plan key={camera.id} camera={camera} range={chosen.range} isOne={cameras.length === 1} />)
        )}
        <p class="muted">{keepWords().logged}</p>
      </div>
    </Dialog>
  )
}

/** What was typed, once nobody typed for a moment: each change asks the gateway for a plan. */
function useSettled(choosing: Choosing): Choosing {
  const [settled, setSettled] = useState(choosing)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(choosing), settleMs)
    return () => clearTimeout(timer)
  }, [choosing])
  return settled
}

function Plan({ camera, range, isOne }: { camera: Camera; range: UtcRange; isOne: boolean }) {
  const { api } = useGateway()
  const { fromUtcMs, toUtcMs } = range
  const load = useLoad(
    (signal) => api.clips(camera.id, { fromUtcMs, toUtcMs }, signal),
    [camera.id, fromUtcMs, toUtcMs],
  )
  const plan = load.value
  return (
    <section class="plan" aria-label={camera.name}>
      {isOne ? null : <h3>{camera.name}</h3>}
      {load.problem !== null ? <p class="refusal">{problemText(load.problem)}</p> : null}
      {plan === null ? load.problem === null ? <Loading rows={1} /> : null : <Files plan={plan} />}
    </section>
  )
}

function Files({ plan }: { plan: ClipPlan }) {
  return (
    <>
      {plan.parts.length === 0 ? <p>{keepWords().noParts}</p> : null}
      {plan.parts.length > 1 ? <p class="muted">{keepWords().severalParts}</p> : null}
      <ul class="plan-parts">
        {plan.parts.map((part) => (
          <li key={part.fromUtcMs}>
            <Part part={part} />
          </li>
        ))}
      </ul>
      <Gaps gaps={plan.gaps} />
      <ClockOffset offsetMs={plan.clockOffsetMs} />
    </>
  )
}

function Part({ part }: { part: ClipPart }) {
  const { nowUtcMs } = useGateway()
  const now = nowUtcMs.peek()
  const picture = `${part.codec} ${part.widthPx}×${part.heightPx}`
  return (
    <>
      <a class="button button-main" download href={part.href}>
        <DownloadIcon size={18} /> {keepWords().part}
      </a>
      <span>
        {formatDateTime(part.fromUtcMs)} – {formatTime(part.toUtcMs, now)}
      </span>
      <span class="muted">{keepWords().partFacts(sizeWord(part.sizeBytes), picture)}</span>
      <Gaps gaps={part.gaps} />
    </>
  )
}

function Gaps({ gaps }: Pick<ClipPlan, 'gaps'>) {
  const { nowUtcMs } = useGateway()
  if (gaps.length === 0) return null
  const now = nowUtcMs.peek()
  const said = gaps
    .slice(0, mostGaps)
    .map((gap) => keepWords().gap(formatTime(gap.fromUtcMs, now), formatTime(gap.toUtcMs, now), reasonWord(gap.reason)))
  const more = gaps.length > mostGaps ? [keepWords().moreGaps(gaps.length - mostGaps)] : []
  return (
    <p class="plan-gaps">
      {keepWords().gaps(gaps.length)} {words().listed([...said, ...more])}
    </p>
  )
}

function ClockOffset({ offsetMs }: { offsetMs: number | null }) {
  if (offsetMs === null) return <p class="muted">{keepWords().clockUnknown}</p>
  const tone = offsetTone(offsetMs)
  if (tone === 'calm')
    return <p class="muted">{keepWords().clockGood(`${(Math.abs(offsetMs) / 1_000).toFixed(1)} s`)}</p>
  return <p class={`notice plan-clock-${tone}`}>{keepWords().clockBad(offsetWord(offsetMs))}</p>
}

/** `12.4 MB`: powers of ten, as disks are sold. */
const sizeWord = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`
