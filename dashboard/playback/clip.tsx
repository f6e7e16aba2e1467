import type { ReadonlySignal } from '@preact/signals'
import { hours, type UtcMs } from '../../gateway/domain/units.ts'
import { formatDateTime, formatDuration } from '../i18n/time.ts'
import { DownloadIcon } from '../parts/icons.tsx'
import { useGateway, useMay } from '../shell/gateway.ts'
import type { Marks } from './draw.ts'
import { words } from './words.ts'

interface ClipProps {
  readonly cameraId: string
  readonly marks: Marks
  readonly at: ReadonlySignal<UtcMs | null>
  readonly change: (marks: Marks) => void
}

/** Why the marked part cannot be downloaded, or undefined when it can. */
function refusal({ inUtcMs, outUtcMs }: Marks): string | undefined {
  if (inUtcMs === null || outUtcMs === null) return words().markFirst
  if (outUtcMs <= inUtcMs) return words().backwards
  return outUtcMs - inUtcMs > hours(2) ? words().tooLong : undefined
}

/** Marks of a part and its download. */
export function Clip({ cameraId, marks, at, change }: ClipProps) {
  const { api } = useGateway()
  const may = useMay('download')
  if (!may) return <p class="muted">{words().noDownload}</p>
  const { inUtcMs, outUtcMs } = marks
  const why = refusal(marks)
  return (
    <section class="clip" aria-label={words().mark}>
      <button type="button" class="button" onClick={() => change({ ...marks, inUtcMs: at.peek() })}>
        {words().markIn}
      </button>
      <button type="button" class="button" onClick={() => change({ ...marks, outUtcMs: at.peek() })}>
        {words().markOut}
      </button>
      {inUtcMs !== null && outUtcMs !== null && why === undefined ? (
        <a class="button button-main" download href={api.clipHref(cameraId, { fromUtcMs: inUtcMs, toUtcMs: outUtcMs })}>
          <DownloadIcon size={18} /> {words().download}
        </a>
      ) : null}
      {inUtcMs === null && outUtcMs === null ? null : (
        <button type="button" class="button button-plain" onClick={() => change({ inUtcMs: null, outUtcMs: null })}>
          {words().clear}
        </button>
      )}
      <p class="muted" role="status">
        {inUtcMs !== null || outUtcMs !== null
          ? words().marked(
              inUtcMs === null ? '—' : formatDateTime(inUtcMs),
              outUtcMs === null ? '—' : formatDateTime(outUtcMs),
              inUtcMs !== null && outUtcMs !== null && outUtcMs > inUtcMs ? formatDuration(outUtcMs - inUtcMs) : '—',
            )
          : ''}{' '}
        {why}
      </p>
    </section>
  )
}
