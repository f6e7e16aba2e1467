import { useState } from 'preact/hooks'
import type { Camera, CameraCandidate, NewCamera, PatchCamera } from '../../gateway/contract/camera.ts'
import { t } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text, typed } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { useAction, useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { AreaField } from './area-field.tsx'
import { hoursProblem, keepingOf, keepingPatch } from './keeping.ts'
import { KeepingFields } from './keeping-fields.tsx'

/** What the add form says. A password is taken as typed, blanks included. */
export function readNewCamera(fields: FormData, how: 'address' | 'rtspUrl'): NewCamera {
  const rest = {
    user: text(fields, 'user'),
    password: typed(fields, 'password'),
    name: text(fields, 'name'),
    areaId: text(fields, 'areaId'),
    purpose: text(fields, 'purpose'),
  }
  const at = text(fields, 'at')
  return how === 'address' ? { address: at, ...rest } : { rtspUrl: at, ...rest }
}

/** Only what changed; an empty password keeps the old one. */
export function readCameraPatch(fields: FormData, camera: Camera): PatchCamera {
  const patch: PatchCamera = {}
  for (const name of ['name', 'areaId', 'purpose', 'user'] as const) {
    const value = text(fields, name)
    if (value !== camera[name]) patch[name] = value
  }
  const privacy = fields.get('privacy') === 'on'
  if (privacy !== camera.privacy) patch.privacy = privacy
  const password = typed(fields, 'password')
  return password === '' ? patch : { ...patch, password }
}

interface AddProps {
  /** Null: the address is typed. */
  readonly candidate: CameraCandidate | null
  readonly onClose: (added: boolean) => void
}

export function AddCameraDialog({ candidate, onClose }: AddProps) {
  const { api } = useGateway()
  const [how, setHow] = useState<'address' | 'rtspUrl'>('address')
  const words = t().cameraForm
  const add = useAction(async (camera: NewCamera) => {
    await api.addCamera(camera)
    onClose(true)
  })
  return (
    <Dialog title={words.addTitle} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          add.start(readNewCamera(new FormData(event.currentTarget), how))
        }}
      >
        <h3>{words.login}</h3>
        {candidate === null ? (
          <fieldset class="switch switch-start">
            <legend class="visually-hidden">{words.how}</legend>
            <button type="button" aria-pressed={how === 'address'} onClick={() => setHow('address')}>
              {words.onvif}
            </button>
            <button type="button" aria-pressed={how === 'rtspUrl'} onClick={() => setHow('rtspUrl')}>
              {words.rtsp}
            </button>
          </fieldset>
        ) : null}
        <label class="field">
          <span>{how === 'address' ? words.address : words.rtspAddress}</span>
          <input
            name="at"
            type="url"
            required
            readOnly={candidate !== null}
            defaultValue={candidate?.address ?? ''}
            spellcheck={false}
          />
          {candidate === null ? (
            <span class="field-hint">{how === 'address' ? words.addressHint : words.rtspHint}</span>
          ) : null}
        </label>
        <Login />
        <h3>{words.place}</h3>
        <Place name={candidate?.name ?? ''} purpose={words.purposeDefault} />
        {add.busy ? (
          <p class="notice" role="status">
            {words.connecting}
          </p>
        ) : null}
        <FormEnd action={add} onCancel={() => onClose(false)} word={t().actions.add} />
      </form>
    </Dialog>
  )
}

function Login({ user, keeps = false }: { user?: string; keeps?: boolean }) {
  const words = t().cameraForm
  return (
    <>
      <label class="field">
        <span>{words.user}</span>
        <input name="user" maxLength={120} autocomplete="off" spellcheck={false} defaultValue={user ?? ''} />
      </label>
      <PasswordField
        label={words.password}
        autocomplete="new-password"
        {...(keeps ? { hint: words.keepPassword } : {})}
      />
    </>
  )
}

function Place({ name, areaId, purpose }: { name: string; areaId?: string; purpose: string }) {
  const words = t().cameraForm
  return (
    <>
      <label class="field">
        <span>{words.name}</span>
        <input name="name" required maxLength={120} defaultValue={name} />
      </label>
      <AreaField label={words.area} forCamera {...(areaId === undefined ? {} : { value: areaId })} />
      <label class="field">
        <span>
          {words.purpose} <span class="field-hint">{words.purposeHint}</span>
        </span>
        <input name="purpose" required maxLength={200} defaultValue={purpose} />
      </label>
    </>
  )
}

interface EditProps {
  readonly camera: Camera
  readonly onClose: (changed: boolean) => void
}

export function EditCameraDialog({ camera, onClose }: EditProps) {
  const { api } = useGateway()
  const words = t().cameraForm
  const [keeping, setKeeping] = useState(() => keepingOf(camera))
  // Without the list of disks the form works; only the choice of one is not offered.
  const disks = useLoad((signal) => api.disks(signal), [])
  const wrong = hoursProblem(keeping.hours)
  const save = useAction(async (patch: PatchCamera) => {
    if (Object.keys(patch).length > 0) await api.changeCamera(camera.id, patch)
    onClose(true)
  })
  return (
    <Dialog title={words.editTitle} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (wrong !== undefined) return
          const fields = new FormData(event.currentTarget)
          save.start({ ...readCameraPatch(fields, camera), ...keepingPatch(keeping, camera) })
        }}
      >
        <p class="address muted">{camera.address}</p>
        <Place name={camera.name} areaId={camera.areaId} purpose={camera.purpose} />
        <div class="field">
          <label class="check">
            <input
              type="checkbox"
              name="privacy"
              defaultChecked={camera.privacy}
              aria-describedby={`${camera.id}-privacy`}
            />{' '}
            {words.privacy}
          </label>
          <span class="field-hint" id={`${camera.id}-privacy`}>
            {words.privacyHint}
          </span>
        </div>
        <KeepingFields camera={camera} keeping={keeping} change={setKeeping} disks={disks.value ?? []} />
        <h3>{words.login}</h3>
        <Login user={camera.user} keeps />
        {wrong === undefined ? null : (
          <p class="refusal" role="alert">
            {wrong}
          </p>
        )}
        <FormEnd action={save} onCancel={() => onClose(false)} />
      </form>
    </Dialog>
  )
}
