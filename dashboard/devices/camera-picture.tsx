import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { PictureState } from '../../gateway/contract/footage.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, formatDuration } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction, useLoad } from '../parts/use-load.ts'
import { useGateway, useMay } from '../shell/gateway.ts'

export interface PictureOf {
  readonly state: PictureState
  readonly reload: () => void
}

/** What is known of each camera's picture; asked again whenever an alert changes. Undefined for a camera until it is known. */
export function usePictures(): (cameraId: string) => PictureOf | undefined {
  const { api, stores } = useGateway()
  const load = useLoad((signal) => api.pictures(signal), [stores.alertsVersion.value])
  return (cameraId) => {
    const state = load.value?.find((one) => one.cameraId === cameraId)
    return state && { state, reload: load.reload }
  }
}

/** What is wrong with the picture, if anything, and whether somebody confirmed the view. */
export function CameraPicture({ camera, picture }: { camera: Camera; picture: PictureOf }) {
  const { nowUtcMs } = useGateway()
  const mayConfirm = useMay('configure')
  const [isOpen, setOpen] = useState(false)
  const { trouble, sinceUtcMs, reference } = picture.state
  const words = t()
  return (
    <>
      {trouble === null ? null : (
        <div class="reason">
          <StatusDot tone={trouble === 'looped' ? 'crit' : 'warn'}>{words.pictureTroubles[trouble].what}</StatusDot>{' '}
          {sinceUtcMs === null ? null : (
            <span class="muted">{words.devices.since(formatDuration(nowUtcMs.value - sinceUtcMs))}</span>
          )}
          <div>{words.pictureTroubles[trouble].todo}</div>
        </div>
      )}
      {camera.state.status === 'recording' && mayConfirm ? (
        <button
          type="button"
          class="text-button"
          aria-label={`${reference === null ? words.view.unconfirmed : words.view.confirmed} · ${words.view.ask}: ${camera.name}`}
          onClick={() => setOpen(true)}
        >
          {reference === null ? words.view.unconfirmed : words.view.confirmed}
        </button>
      ) : null}
      {isOpen ? <ViewDialog camera={camera} picture={picture} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

/** The picture of now beside the confirmed one: a person compares, and says that it is right. */
function ViewDialog({ camera, picture, onClose }: { camera: Camera; picture: PictureOf; onClose: () => void }) {
  const { api } = useGateway()
  const [hasNow, setHasNow] = useState(true)
  const { reference } = picture.state
  const words = t().view
  const confirm = useAction(async () => {
    await api.confirmView(camera.id)
    picture.reload()
    onClose()
  })
  return (
    <Dialog title={`${words.title} · ${camera.name}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          confirm.start()
        }}
      >
        <figure class="shot">
          {hasNow ? (
            <img
              src={api.snapshotHref(camera.id)}
              alt={words.now}
              width={960}
              height={540}
              onError={() => setHasNow(false)}
            />
          ) : (
            <p class="shot-none muted">{words.noPicture}</p>
          )}
          <figcaption>{words.now}</figcaption>
        </figure>
        {reference === null ? (
          <p>{words.none}</p>
        ) : (
          <figure class="shot">
            <img src={api.referenceHref(camera.id, reference.utcMs)} alt={words.reference} width={960} height={540} />
            <figcaption>
              {words.reference}{' '}
              <span class="muted">{words.by(reference.confirmedBy, formatDateTime(reference.confirmedUtcMs))}</span>
            </figcaption>
          </figure>
        )}
        <p class="muted">{words.hint}</p>
        <FormEnd action={confirm} onCancel={onClose} word={words.word} />
      </form>
    </Dialog>
  )
}
