import { useLoad } from '../parts/use-load.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import { actionWords } from './action-words.ts'
import './replay.css'

/** Loads what plays recordings when somebody wants it first: the wall does without. */
export function Replay(props: { camera: Camera; close: () => void }) {
  const load = useLoad(async () => ({ View: (await import('./replay-view.tsx')).ReplayView }), [])
  if (load.value !== null) return <load.value.View {...props} />
  return (
    <section class="replay" aria-label={actionWords().replayTitle}>
      <p class="replay-say" role="status">
        {load.problem === null ? actionWords().loading : actionWords().notLoaded}
      </p>
      <footer class="replay-foot">
        {load.problem === null ? null : (
          <button type="button" class="button" onClick={() => location.reload()}>
            {actionWords().reload}
          </button>
        )}
        <button type="button" class="button button-main" onClick={props.close}>
          {actionWords().toLive}
        </button>
      </footer>
    </section>
  )
}
