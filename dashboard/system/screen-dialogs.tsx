import { useState } from 'preact/hooks'
import type { ScreenLink } from '../../gateway/contract/wall.ts'
import { formatDateTime } from '../i18n/time.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { SecretDialog } from '../parts/secret-dialog.tsx'
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
  const replaces = link.screen.seenUtcMs === null ? '' : words().linkReplaces
  return (
    <SecretDialog
      title={words().linkTitle(link.screen.name)}
      text={words().linkText}
      label={words().link}
      secret={new URL(link.path, location.origin).href}
      hint={words().linkUntil(formatDateTime(link.expiresUtcMs)) + replaces}
      onClose={onClose}
    >
      <p class="muted">{words().linkSetup}</p>
    </SecretDialog>
  )
}
