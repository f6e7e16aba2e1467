import { useState } from 'preact/hooks'
import type { PtzPreset, PtzState } from '../../gateway/contract/ptz.ts'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { text } from '../parts/fields.ts'
import { CloseIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import { ptzWords } from './ptz-words.ts'

interface PtzPresetsProps {
  readonly cameraId: string
  /** Null until the camera answered. */
  readonly state: PtzState | null
  readonly begin: () => void
  readonly failed: (thrown: unknown) => void
  readonly changed: () => Promise<void>
}

/** Views that the camera keeps under a name. */
export function PtzPresets({ cameraId, state, begin, failed, changed }: PtzPresetsProps) {
  const { api } = useGateway()
  const [leaving, setLeaving] = useState<PtzPreset | null>(null)
  const [busy, setBusy] = useState(false)
  const run = async (work: () => Promise<void>): Promise<void> => {
    begin()
    setBusy(true)
    try {
      await work()
    } catch (thrown) {
      failed(thrown)
    } finally {
      setBusy(false)
    }
  }
  if (state === null) return <p class="ptz-hint">{ptzWords().loading}</p>
  return (
    <div class="ptz-presets">
      <h3>{ptzWords().presets}</h3>
      {state.presets.length === 0 ? <p class="ptz-hint">{ptzWords().noPresets}</p> : null}
      <ul>
        {state.presets.map((preset) => (
          <li key={preset.token}>
            <button
              type="button"
              class="button ptz-preset"
              title={ptzWords().go(preset.name)}
              disabled={busy}
              onClick={() => void run(() => api.ptzPreset(cameraId, preset.token))}
            >
              {preset.name}
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label={ptzWords().remove(preset.name)}
              title={ptzWords().remove(preset.name)}
              onClick={() => setLeaving(preset)}
            >
              <CloseIcon size={14} />
            </button>
          </li>
        ))}
      </ul>
      <form
        class="ptz-save"
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          const name = text(new FormData(form), 'name')
          void run(async () => {
            await api.addPreset(cameraId, name)
            form.reset()
            await changed()
          })
        }}
      >
        <input name="name" required maxLength={64} aria-label={ptzWords().name} placeholder={ptzWords().name} />
        <button type="submit" class="button" disabled={busy}>
          {ptzWords().save}
        </button>
      </form>
      {leaving === null ? null : (
        <ConfirmDialog
          title={ptzWords().removeTitle}
          text={ptzWords().removeText(leaving.name)}
          word={ptzWords().removeWord}
          run={async () => {
            await api.removePreset(cameraId, leaving.token)
            await changed()
          }}
          onClose={() => setLeaving(null)}
        />
      )}
    </div>
  )
}
