import { useState } from 'preact/hooks'
import type { Alert } from '../../gateway/contract/alert.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime } from '../i18n/time.ts'
import { alertTitle } from '../parts/alert-words.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useGateway } from '../shell/gateway.ts'

const isAboutPicture = ({ ruleId, code, cameraId }: Alert): boolean =>
  ruleId === null && cameraId !== null && code.startsWith('picture-')

/** The picture that raised an alert about a picture: small in the list, large when it is pressed. Only the latest few are kept. */
export function AlertPicture({ alert }: { alert: Alert }) {
  const { api } = useGateway()
  const [isLarge, setLarge] = useState(false)
  const [isGone, setGone] = useState(false)
  if (!isAboutPicture(alert)) return null
  const words = t().alerts
  if (isGone) return <div class="muted">{words.pictureGone}</div>
  const href = api.alertPictureHref(alert.id)
  const title = words.pictureAt(formatDateTime(alert.raisedUtcMs))
  return (
    <>
      <button
        type="button"
        class="shot-button"
        aria-label={`${words.picture}: ${alertTitle(alert)}`}
        onClick={() => setLarge(true)}
      >
        <img
          class="shot-small"
          src={href}
          alt=""
          width={128}
          height={72}
          loading="lazy"
          onError={() => setGone(true)}
        />
      </button>
      {isLarge ? (
        <Dialog title={alertTitle(alert)} onClose={() => setLarge(false)}>
          <figure class="shot">
            <img src={href} alt={title} width={960} height={540} />
            <figcaption class="muted">{title}</figcaption>
          </figure>
        </Dialog>
      ) : null}
    </>
  )
}
