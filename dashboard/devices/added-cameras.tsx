import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { placeBeside } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatNumber } from '../i18n/numbers.ts'
import { formatAgo, formatDuration } from '../i18n/time.ts'
import { Badge, StatusDot, type Tone } from '../parts/badges.tsx'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { Empty, Loaded, problemText } from '../parts/states.tsx'
import { loadOf, useAction } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway, useZone } from '../shell/gateway.ts'
import { EditCameraDialog } from './camera-form.tsx'
import { CameraPicture, type PictureOf, usePictures } from './camera-picture.tsx'
import { type Drift, driftOf } from '../i18n/clock-drift.ts'
import { words as keepingWords } from './keeping-words.ts'
import { PlannedOffDialog } from './planned-off.tsx'

const tones: Record<Camera['state']['status'], Tone> = {
  recording: 'calm',
  connecting: 'unknown',
  offline: 'crit',
  disabled: 'off',
}
const order: readonly Camera['state']['status'][] = ['offline', 'connecting', 'recording', 'disabled']

/** Every added camera, those with trouble first. */
export function AddedCameras() {
  const { reload } = useGateway()
  const { cameras } = useZone()
  const pictureOf = usePictures()
  const words = t().devices
  const column = words.column
  return (
    <section class="section" aria-labelledby="added-cameras">
      <h2 id="added-cameras">
        {words.added}
        <span class="head-about">{cameras.value.value?.length ?? ''}</span>
      </h2>
      <Loaded what={words.cameras} of={loadOf(cameras, reload.cameras)}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={words.noCameras} next={words.noCamerasNext} />
          ) : (
            <Table label={words.cameras}>
              <thead>
                <tr>
                  <th scope="col">{column.camera}</th>
                  <th scope="col">{column.state}</th>
                  <th scope="col">{column.video}</th>
                  <th scope="col">{column.clock}</th>
                  <th scope="col">
                    <span class="visually-hidden">{column.action}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list
                  .toSorted((a, b) => order.indexOf(a.state.status) - order.indexOf(b.state.status))
                  .map((camera) => (
                    <CameraRow key={camera.id} camera={camera} picture={pictureOf(camera.id)} />
                  ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
    </section>
  )
}

function CameraRow({ camera, picture }: { camera: Camera; picture: PictureOf | undefined }) {
  const { places } = useZone()
  return (
    <tr class={camera.enabled ? undefined : 'row-off'}>
      <th scope="row">
        {camera.name}
        <div class="muted">{placeBeside(camera.name, places.value.get(camera.areaId))}</div>
        <div class="muted address">{camera.address}</div>
      </th>
      <td>
        <CameraStatus camera={camera} />
        {camera.privacy ? <Badge tone="off">{t().cameraForm.privacy}</Badge> : null}
        {picture ? <CameraPicture camera={camera} picture={picture} /> : null}
      </td>
      <td>
        <Video camera={camera} />
      </td>
      <td data-label={t().devices.column.clock}>
        <ClockDrift offsetMs={camera.clockOffsetMs} />
      </td>
      <td>
        <Actions camera={camera} />
      </td>
    </tr>
  )
}

/** State, and when it is not recording: why, what to do, and when it is tried again. */
function CameraStatus({ camera }: { camera: Camera }) {
  const { nowUtcMs } = useGateway()
  const { status, reason, sinceUtcMs, nextTryUtcMs } = camera.state
  const now = nowUtcMs.value
  const words = t()
  return (
    <>
      <StatusDot tone={tones[status]}>{words.cameraStatus[status]}</StatusDot>{' '}
      {status === 'recording' ? null : (
        <span class="muted">{words.devices.since(formatDuration(now - sinceUtcMs))}</span>
      )}
      {reason === null || status === 'recording' || status === 'disabled' ? null : (
        <div class="reason">
          <strong>{words.reasons[reason].what}</strong> · {words.reasons[reason].todo}
          {nextTryUtcMs === null || nextTryUtcMs <= now ? null : (
            <div class="muted">{words.devices.nextTry(formatAgo(nextTryUtcMs, now))}</div>
          )}
        </div>
      )}
    </>
  )
}

function Video({ camera }: { camera: Camera }) {
  const { main, state, device } = camera
  const words = t().devices
  const rate = [
    ...(state.fps === null ? [] : [words.fps(formatNumber(state.fps))]),
    ...(state.kbps === null ? [] : [words.kbps(String(Math.round(state.kbps)))]),
  ]
  return (
    <>
      {main === null ? (
        <span class="muted">{words.noVideo}</span>
      ) : (
        <span class="nowrap">
          {main.codec.replace('H26', 'H.26')} {main.widthPx}×{main.heightPx}
        </span>
      )}
      {camera.ptz ? (
        <>
          {' '}
          <Badge>{words.ptz}</Badge>
        </>
      ) : null}
      {rate.length === 0 ? null : <div class="muted nowrap">{rate.join(' · ')}</div>}
      {device === null ? null : (
        <div class="muted">
          {device.manufacturer} {device.model}
        </div>
      )}
    </>
  )
}

const driftTones: Record<Drift, Tone> = { unknown: 'unknown', fine: 'calm', off: 'warn', wrong: 'crit' }

/** The camera's clock against the gateway's. */
export function ClockDrift({ offsetMs }: { offsetMs: number | null }) {
  const drift = driftOf(offsetMs)
  const words = t().devices
  if (offsetMs === null) return <Badge tone="unknown">{words.clockUnknown}</Badge>
  if (drift === 'fine') return <span class="muted">{words.clockOk}</span>
  return (
    <Badge tone={driftTones[drift]} title={words.clockHint}>
      {words.clockOff(formatDuration(Math.abs(offsetMs)), offsetMs > 0)}
    </Badge>
  )
}

function Actions({ camera }: { camera: Camera }) {
  const { api, reload } = useGateway()
  const [open, setOpen] = useState<'edit' | 'plan' | 'remove' | null>(null)
  const toggle = useAction(async () => {
    await api.changeCamera(camera.id, { enabled: !camera.enabled })
    await reload.cameras()
  })
  const words = t().actions
  const switchWord = camera.enabled ? words.disable : words.enable
  return (
    <>
      <div class="row-actions">
        <button
          type="button"
          class="button button-small"
          aria-label={`${words.edit}: ${camera.name}`}
          onClick={() => setOpen('edit')}
        >
          {words.edit}
        </button>
        <button
          type="button"
          class="button button-small"
          aria-label={`${keepingWords().plan}: ${camera.name}`}
          onClick={() => setOpen('plan')}
        >
          {keepingWords().plan}
        </button>
        <button
          type="button"
          class="button button-small"
          aria-label={`${switchWord}: ${camera.name}`}
          title={t().cameraForm.disableHint}
          disabled={toggle.busy}
          onClick={() => toggle.start()}
        >
          {switchWord}
        </button>
        <button
          type="button"
          class="button button-small"
          aria-label={`${words.remove}: ${camera.name}`}
          onClick={() => setOpen('remove')}
        >
          {words.remove}
        </button>
      </div>
      {toggle.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(toggle.problem)}
        </p>
      )}
      {open === 'edit' ? (
        <EditCameraDialog
          camera={camera}
          onClose={(changed) => {
            setOpen(null)
            if (changed) void reload.cameras()
          }}
        />
      ) : null}
      {open === 'plan' ? <PlannedOffDialog camera={camera} onClose={() => setOpen(null)} /> : null}
      {open === 'remove' ? (
        <ConfirmDialog
          title={t().cameraForm.removeTitle}
          text={t().cameraForm.removeText(camera.name)}
          word={words.remove}
          run={async () => {
            await api.removeCamera(camera.id)
            await reload.cameras()
          }}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  )
}
