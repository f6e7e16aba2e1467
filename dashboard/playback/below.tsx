import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { formatDateTime } from '../i18n/time.ts'
import { problemText } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useGateway } from '../shell/gateway.ts'
import { AlertList } from './alert-list.tsx'
import type { Desk } from './desk.ts'
import { completeness, GapList } from './gap-list.tsx'
import { HoldList } from './hold-list.tsx'
import { keepWords } from './keep-words.ts'
import { type LaneData, useSettledView } from './lane-data.ts'
import { Missing } from './missing.tsx'
import { rangeOf } from './scale.ts'
import { words } from './words.ts'

type TabId = 'gaps' | 'alerts' | 'holds'

/** The same as the lanes, in words and for the keyboard: gaps, alerts and holds of the period shown. */
export function Below({ desk, data, cameras }: { desk: Desk; data: LaneData; cameras: readonly Camera[] }) {
  const { nowUtcMs } = useGateway()
  const [tab, setTab] = useState<TabId>('gaps')
  const view = rangeOf(useSettledView(desk))
  const range = { ...view, toUtcMs: Math.max(view.fromUtcMs + 1, Math.min(view.toUtcMs, nowUtcMs.peek())) }
  const tracks = data.tracks ?? []
  const percent = completeness(tracks, range)
  return (
    <section class="section below">
      {data.problems.map((problem) => (
        <p class="refusal" role="alert" key={problemText(problem)}>
          {problemText(problem)}{' '}
          <button type="button" class="button button-small" onClick={data.reload}>
            {words().again}
          </button>
        </p>
      ))}
      <Missing tracks={tracks} range={range} />
      <p class="muted below-range">
        {words().gapsIn(formatDateTime(range.fromUtcMs), formatDateTime(range.toUtcMs))}
        {percent === null ? null : <span title={words().coverageHint}> · {words().coverage(percent)}</span>}
      </p>
      <Tabs
        label={words().timeline}
        current={tab}
        choose={setTab}
        tabs={[
          { id: 'gaps', text: words().gaps },
          { id: 'alerts', text: words().alerts },
          { id: 'holds', text: `${keepWords().holds} ${data.holds.length === 0 ? '' : data.holds.length}` },
        ]}
      >
        {tab === 'gaps' ? <GapList tracks={tracks} range={range} play={desk.go} /> : null}
        {tab === 'alerts' ? <AlertList desk={desk} alerts={data.alerts} range={range} /> : null}
        {tab === 'holds' ? <HoldList desk={desk} holds={data.holds} cameras={cameras} /> : null}
      </Tabs>
    </section>
  )
}
