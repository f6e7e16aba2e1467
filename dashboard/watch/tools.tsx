import { useState } from 'preact/hooks'
import { useRouter } from '../shell/gateway.ts'
import { openBigScreen } from '../screen/open.ts'
import { ScreenIcon, SoundIcon } from './icons.ts'
import { ShiftDialog } from './shift-dialog.tsx'
import { useWatch } from './watch.ts'
import { words } from './words.ts'

/** In the line above the pictures: the shift's sounds, and the wall without everything around it. */
export function WatchTools() {
  const router = useRouter()
  return (
    <>
      <ShiftButton />
      <button
        type="button"
        class="icon-button"
        aria-label={words().bigScreen}
        title={`${words().bigScreen}: ${words().bigScreenHint}`}
        onClick={() => openBigScreen(router)}
      >
        <ScreenIcon size={18} />
      </button>
    </>
  )
}

function ShiftButton() {
  const watch = useWatch()
  const [testing, setTesting] = useState(false)
  if (!watch.hears) return null
  const silence = watch.silence.value
  const dialog = testing ? <ShiftDialog onClose={() => setTesting(false)} /> : null
  // The banner has the button then; a test of the sounds that has begun goes on.
  if (silence !== null) return dialog
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={words().mute}
        title={words().mute}
        onClick={() => watch.mute(true)}
      >
        <SoundIcon size={18} />
      </button>
      <button
        type="button"
        class="button button-small button-plain"
        title={words().retest}
        onClick={() => setTesting(true)}
      >
        {words().started}
      </button>
      {dialog}
    </>
  )
}
