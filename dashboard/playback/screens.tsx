import { useEffect, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { Millis, UtcRange } from '../../gateway/domain/units.ts'
import { formatTime } from '../i18n/time.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Notice } from './conductor.ts'
import type { Desk } from './desk.ts'
import type { LaneData } from './lane-data.ts'
import { knownWord, reasonWord } from './moment-words.ts'
import type { Previews } from './previews.ts'
import { Screen } from './screen.tsx'
import { knownAt } from './why.ts'
import { words } from './words.ts'

interface ScreensProps {
  readonly desk: Desk
  readonly cameras: readonly Camera[]
  readonly data: LaneData
  readonly previewsOf: (cameraId: string) => Previews | undefined
}

const noticeMs: Millis = 15_000

/** One to four pictures of one moment. */
export function Screens({ desk, cameras, data, previewsOf }: ScreensProps) {
  return (
    <div class={`screens screens-${cameras.length}`}>
      {cameras.map((camera) => (
        <Screen
          key={camera.id}
          desk={desk}
          camera={camera}
          track={data.tracks?.find((one) => one.camera.id === camera.id)}
          previews={previewsOf(camera.id)}
        />
      ))}
      <Said desk={desk} cameras={cameras} data={data} />
    </div>
  )
}

/** What playing just did by itself, for a while. */
function Said({ desk, cameras, data }: Omit<ScreensProps, 'previewsOf'>) {
  const { nowUtcMs } = useGateway()
  const notice = desk.play.notice.value
  const [old, setOld] = useState<Notice | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setOld(notice), noticeMs)
    return () => clearTimeout(timer)
  }, [notice])
  const text = notice === null || notice === old ? '' : sentenceOf(notice)
  function sentenceOf(said: Notice): string {
    if (said.kind === 'end') return words().end
    if (said.kind === 'stuck') return ''
    const { fromUtcMs, toUtcMs } = said
    const now = nowUtcMs.peek()
    return words().jumped(
      formatTime(fromUtcMs, now),
      formatTime(toUtcMs, now),
      reasonBetween(said, cameras, data, desk),
    )
  }
  return (
    <p class={text === '' ? 'visually-hidden' : 'screen-notice'} role="status">
      {text}
    </p>
  )
}

/** Why the first camera has nothing in the hole that was passed. */
function reasonBetween(hole: UtcRange, cameras: readonly Camera[], data: LaneData, desk: Desk): string {
  const id = cameras[0]?.id ?? ''
  const spans = desk.footage.spansOf(id)
  // What is played over without a word lies before the hole's own beginning.
  const gap = spans.find(
    (span) => span.kind === 'gap' && span.endUtcMs > hole.fromUtcMs - 1_000 && span.startUtcMs < hole.toUtcMs,
  )
  if (gap !== undefined) return reasonWord(gap.reason)
  const track = data.tracks?.find((one) => one.camera.id === id)
  return track === undefined ? words().known.unknown : knownWord(knownAt(spans, track.ground, hole.fromUtcMs))
}
