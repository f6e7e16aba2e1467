import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { AlertStrip } from '../wall/alert-strip.tsx'
import { singleKeys } from '../wall/single-keys.ts'
import { useWallStore } from '../wall/use-wall-store.ts'
import { Wall } from '../wall/wall.tsx'
import { SilenceBanner } from './banner.tsx'
import { FrontNote, FrontOffer } from './front-note.tsx'
import { useWatch, type Watch } from './watch.ts'

interface WatchedWallProps {
  readonly mode: 'desk' | 'screen'
  /** In the line above the pictures. */
  readonly tools?: ComponentChildren
}

/** The wall with the alerts beside it, and what alerts do: they sound and bring their camera to the front. */
export function WatchedWall({ mode, tools = null }: WatchedWallProps) {
  const store = useWallStore()
  const watch = useWatch()
  const { alertsToFront } = store.settings.value
  useEffect(() => {
    watch.toFront.value = alertsToFront
    return () => {
      watch.toFront.value = false
    }
  }, [alertsToFront, watch])
  useEffect(() => watch.close, [watch])
  useMuteKey(watch)
  return (
    <div class="watched">
      <SilenceBanner mode={mode} />
      <div class="wall">
        <Wall
          mode={mode}
          store={store}
          front={watch.front.value.shown?.alert.cameraId ?? null}
          frontNote={<FrontNote />}
          onFrontClose={watch.close}
          tools={tools}
        />
        <AlertStrip mode={mode} />
      </div>
      <FrontOffer />
    </div>
  )
}

/** M mutes for two minutes, and ends it. */
function useMuteKey(watch: Watch): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, altKey, metaKey, repeat } = event
      const typing = target instanceof Element && target.closest('input, select, textarea, dialog') !== null
      if (!watch.hears || typing || ctrlKey || altKey || metaKey || repeat) return
      if (key.toLowerCase() !== 'm' || !singleKeys.peek()) return
      watch.mute(watch.mutedForMs.peek() === 0)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [watch])
}
