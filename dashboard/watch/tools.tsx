import { useState } from 'preact/hooks'
import { useRouter } from '../shell/gateway.ts'
import { openBigScreen } from '../screen/open.ts'
import { NoSoundIcon, ScreenIcon, SoundIcon } from './icons.ts'
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
  if (silence !== null) {
    // The banner says what to do; here it can be done as well.
    return (
      <>
        <button type="button" class="button button-small" title={words().startHint} onClick={() => setTesting(true)}>
          <NoSoundIcon size={16} />
          {words().start}
        </button>
        {dialog}
      </>
    )
  }
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
