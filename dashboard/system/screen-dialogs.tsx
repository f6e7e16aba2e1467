import { useRef, useState } from 'preact/hooks'
import type { ScreenLink } from '../../gateway/contract/wall.ts'
import { toProblem } from '../api/request.ts'
import { formatDateTime } from '../i18n/time.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { words } from './access-words.ts'
import { type AreaScope, AreaScopeField } from './area-scope.tsx'

interface AddProps {
  readonly onClose: () => void
  readonly onAdded: (link: ScreenLink) => void
}

export function AddScreenDialog({ onClose, onAdded }: AddProps) {
  const { api } = useGateway()
  const [scope, setScope] = useState<AreaScope>(null)
  const add = useAction(async (name: string) => {
    const areaIds = scope === null ? null : [...scope]
    onAdded(await api.addScreen({ name, areaIds }))
  })
  return (
    <Dialog title={words().add} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (scope?.length !== 0) add.start(text(new FormData(event.currentTarget), 'name'))
        }}
      >
        <label class="field">
          <span>
            {words().name} <span class="field-hint">{words().nameHint}</span>
          </span>
          <input name="name" required maxLength={120} autocomplete="off" />
        </label>
        <AreaScopeField scope={scope} change={setScope} />
        <FormEnd action={add} onCancel={onClose} word={words().add} />
      </form>
    </Dialog>
  )
}

/** The link, this one time. */
export function LinkDialog({ link, onClose }: { link: ScreenLink; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'by-hand'>('no')
  const address = new URL(link.path, location.origin).href
  const copy = async (): Promise<void> => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(address)
      setCopied('yes')
    } catch (thrown) {
      // Over plain HTTP a browser has no clipboard for pages; what is selected can be copied by hand.
      console.info('the browser does not let the page copy', toProblem(thrown).message)
      setCopied('by-hand')
    }
  }
  return (
    <Dialog title={words().linkTitle(link.screen.name)} onClose={onClose}>
      <div class="form">
        <p>{words().linkText}</p>
        <div class="field link-once">
          <span>{words().link}</span>
          <div class="field-joined">
            <input
              ref={field}
              readOnly
              aria-label={words().link}
              value={address}
              onFocus={(event) => event.currentTarget.select()}
            />
            <button type="button" class="button" onClick={() => void copy()}>
              {copied === 'yes' ? words().copied : words().copy}
            </button>
          </div>
          <span class="field-hint" role="status">
            {copied === 'by-hand' ? words().copyByHand : words().linkUntil(formatDateTime(link.expiresUtcMs))}
            {copied === 'by-hand' || link.screen.seenUtcMs === null ? null : words().linkReplaces}
          </span>
        </div>
        <p class="muted">{words().linkSetup}</p>
        <div class="form-actions">
          <button type="button" class="button button-main" onClick={onClose}>
            {words().done}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
