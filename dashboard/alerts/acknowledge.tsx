import type { Alert } from '../../gateway/contract/alert.ts'
import { t } from '../i18n/language.ts'
import { formatTime } from '../i18n/time.ts'
import { alertTitle } from '../parts/alert-words.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'

/** Taking an alert on by name, with a note. */
export function AcknowledgeDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const { api, stores, nowUtcMs } = useGateway()
  const send = useAction(async (note: string) => {
    stores.setAlert(await api.acknowledge(alert.id, note))
    onClose()
  })
  const words = t().alerts
  return (
    <Dialog title={words.acknowledgeTitle} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          send.start(text(new FormData(event.currentTarget), 'note'))
        }}
      >
        <p>
          <SeverityMark severity={alert.severity} /> <strong>{alertTitle(alert)}</strong>{' '}
          <span class="muted">{formatTime(alert.raisedUtcMs, nowUtcMs.peek())}</span>
        </p>
        <label class="field">
          <span>{words.note}</span>
          <textarea name="note" maxLength={1_000} placeholder={words.notePlaceholder} />
        </label>
        <p class="muted">{words.acknowledgeHint}</p>
        <FormEnd action={send} onCancel={onClose} word={words.acknowledge} />
      </form>
    </Dialog>
  )
}
