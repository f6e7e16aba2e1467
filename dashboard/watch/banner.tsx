import { useState } from 'preact/hooks'
import { formatDuration } from '../i18n/time.ts'
import { useAction } from '../parts/use-load.ts'
import { problemText } from '../parts/states.tsx'
import { NoSoundIcon } from './icons.ts'
import { ShiftDialog } from './shift-dialog.tsx'
import type { Silence } from './shift.ts'
import { useWatch } from './watch.ts'
import { words } from './words.ts'
import './watch.css'

/** Stands over the wall as long as alerts cannot be heard: it cannot be closed, only solved. */
export function SilenceBanner({ mode }: { mode: 'desk' | 'screen' }) {
  const watch = useWatch()
  const [testing, setTesting] = useState(false)
  const silence = watch.silence.value
  return (
    <>
      {silence === null ? null : <Bar silence={silence} mode={mode} test={() => setTesting(true)} />}
      {testing ? <ShiftDialog onClose={() => setTesting(false)} /> : null}
    </>
  )
}

interface BarProps {
  readonly silence: Silence
  readonly mode: 'desk' | 'screen'
  readonly test: () => void
}

function Bar({ silence, mode, test }: BarProps) {
  const watch = useWatch()
  const unlock = useAction(watch.unlock)
  const { kind } = silence
  const isScreen = mode === 'screen' && kind === 'blocked'
  return (
    <div class="silence" role="alert" aria-live="off" data-silence={kind}>
      <NoSoundIcon size={20} />
      <strong>{words().silent}</strong>
      <span>{isScreen ? words().screenBlocked : words().silences[kind]}</span>
      {kind === 'muted' ? <span class="silence-left">{words().mutedLeft(formatDuration(silence.leftMs))}</span> : null}
      {unlock.problem === null ? null : <span>{problemText(unlock.problem)}</span>}
      {kind === 'no-audio' ? null : (
        <button
          type="button"
          class="button"
          onClick={() => {
            if (kind === 'muted') watch.mute(false)
            else if (kind === 'blocked') unlock.start()
            else test()
          }}
        >
          {kind === 'muted' ? words().unmute : kind === 'blocked' ? words().restore : words().start}
        </button>
      )}
    </div>
  )
}
