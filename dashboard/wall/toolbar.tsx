import { computed } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { t } from '../i18n/language.ts'
import { toProblem } from '../api/request.ts'
import { drawn } from '../parts/icons.tsx'
import { problemText } from '../parts/states.tsx'
import { type Count, countOf } from './board.ts'
import { GroupChooser } from './group-chooser.tsx'
import type { Groups } from './groups.ts'
import { LayoutDrop } from './layout-drop.tsx'
import { MoreDrop } from './more-drop.tsx'
import type { WallStore } from './settings-store.ts'
import { lookWord } from './tile-words.ts'
import { toolWords } from './tool-words.ts'
import type { TourState } from './use-tour.ts'
import { ViewsDrop } from './views-drop.tsx'
import { words } from './words.ts'

const FullIcon = drawn(['M4 9V4h5', 'M20 9V4h-5', 'M4 15v5h5', 'M20 15v5h-5'])
const TourIcon = drawn(['M7 5l11 7-11 7z'])
const PauseIcon = drawn(['M8.5 6v12', 'M15.5 6v12'])
const TogetherIcon = drawn(['M12 7v5l3 2', 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z'])

interface ToolbarProps {
  readonly store: WallStore
  readonly groups: Groups
  /** The tiles of the page. */
  readonly counted: Parameters<typeof countOf>[0]
  readonly page: number
  readonly pages: number
  readonly turn: (page: number) => void
  readonly tour: TourState
  readonly tourSeconds: number
  readonly setTourSeconds: (seconds: number) => void
  readonly toggleTour: () => void
  readonly arrange: () => void
  readonly showKeys: () => void
  /** Tools of others, e.g. of the watch. */
  readonly children: ComponentChildren
}

/** Above the pictures: how many are truly live, which are shown and how, the page. */
export function Toolbar(props: ToolbarProps) {
  const { store, groups, counted, page, pages, turn, tour, tourSeconds, toggleTour, children } = props
  const tools = toolWords()
  const settings = store.settings.value
  return (
    <div class="wall-tools">
      <LiveCount counted={counted} />
      <GroupChooser groups={groups} group={settings.group} choose={(group) => store.change({ group })} />
      <LayoutDrop layout={settings.layout} choose={(layout) => store.change({ layout })} />
      {pages > 1 ? (
        <div class="wall-pages">
          <PageButton word={tools.before} sign="‹" go={() => turn(page - 1)} />
          <span>{tools.page(page + 1, pages)}</span>
          <PageButton word={tools.after} sign="›" go={() => turn(page + 1)} />
          <TourButton on={settings.tourSeconds !== null} seconds={tourSeconds} tour={tour} toggle={toggleTour} />
        </div>
      ) : null}
      <button
        type="button"
        class="button button-small wall-toggle"
        aria-pressed={settings.together}
        title={tools.togetherHint}
        onClick={() => store.change({ together: !settings.together })}
      >
        <TogetherIcon size={16} />
        <span class="wall-toggle-word">{tools.together}</span>
      </button>
      <SavingNote store={store} />
      <div class="wall-tools-end">
        {children}
        <ViewsDrop store={store} />
        <MoreDrop
          settings={settings}
          tourSeconds={tourSeconds}
          change={store.change}
          setTourSeconds={props.setTourSeconds}
          arrange={props.arrange}
          showKeys={props.showKeys}
        />
        <button
          type="button"
          class="icon-button"
          aria-label={tools.fullscreen}
          title={tools.fullscreen}
          onClick={fullscreen}
        >
          <FullIcon size={18} />
        </button>
      </div>
    </div>
  )
}

/** Counts presented frames, not sockets. Drawn again only when a number changes, not with each age of a picture. */
function LiveCount({ counted }: Pick<ToolbarProps, 'counted'>) {
  const told = useMemo(() => computed(() => JSON.stringify(tell(countOf(counted)))), [counted]).value
  const { short, text, hint } = JSON.parse(told) as ReturnType<typeof tell>
  return (
    <span class={short ? 'wall-live wall-live-short' : 'wall-live'} title={hint}>
      {text}
    </span>
  )
}

function tell({ live, meant, others }: Count) {
  const list = [...others].map(([look, n]) => `${lookWord(look)} ${n}`)
  const hint = list.length === 0 ? words().liveHint : `${words().liveHint}\n${words().liveOthers(list.join(' · '))}`
  return { short: live < meant, text: words().live(live, meant), hint }
}

const PageButton = ({ word, sign, go }: { word: string; sign: string; go: () => void }) => (
  <button type="button" class="icon-button" aria-label={word} title={word} onClick={go}>
    {sign}
  </button>
)

interface TourButtonProps {
  readonly on: boolean
  readonly seconds: number
  readonly tour: TourState
  readonly toggle: () => void
}

function TourButton({ on, seconds, tour, toggle }: TourButtonProps) {
  const tools = toolWords()
  const title = !on ? tools.tour : tour.paused.value ? tools.tourHeld : tools.tourOn(seconds)
  return (
    <button
      type="button"
      class="button button-small wall-toggle wall-tour"
      aria-pressed={on}
      title={title}
      onClick={toggle}
    >
      {on && tour.paused.value ? <PauseIcon size={16} /> : <TourIcon size={16} />}
      <span class="wall-toggle-word">{tools.tour}</span>
      {on ? <progress class="wall-tour-progress" max={1} value={tour.progress} aria-label={title} /> : null}
    </button>
  )
}

/** Nothing while all is saved: only what failed is worth a word. */
function SavingNote({ store }: { store: WallStore }) {
  const tools = toolWords()
  const saving = store.saving.value
  if (saving.kind !== 'failed') return null
  const why = problemText(saving.problem)
  return (
    <span class="wall-unsaved" role="status" title={saving.again ? tools.unsavedAgain(why) : tools.unsavedRefused(why)}>
      <span aria-hidden="true">▲ </span>
      {tools.unsaved}
      <button type="button" class="button button-small button-plain" onClick={store.retry}>
        {t().states.retry}
      </button>
    </span>
  )
}

function fullscreen(): void {
  const wall = document.querySelector('.watched, .wall')
  const change = document.fullscreenElement === null ? wall?.requestFullscreen() : document.exitFullscreen()
  change?.catch((thrown: unknown) => console.warn('full screen was refused', toProblem(thrown).message))
}
