import { useState } from 'preact/hooks'
import type { CameraCandidate } from '../../gateway/contract/camera.ts'
import type { Discovery } from '../../gateway/contract/lists.ts'
import { t } from '../i18n/language.ts'
import { formatAgo } from '../i18n/time.ts'
import { PlusIcon, RefreshIcon } from '../parts/icons.tsx'
import { Empty, Loaded, problemText } from '../parts/states.tsx'
import { type Load, useAction } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway } from '../shell/gateway.ts'
import { AddCameraDialog } from './camera-form.tsx'

/** Cameras that answered discovery and are not added yet, a scan, and adding by hand. */
export function FoundCameras({ found }: { found: Load<Discovery> }) {
  const { api, reload } = useGateway()
  const [adding, setAdding] = useState<CameraCandidate | 'by-hand' | null>(null)
  const scan = useAction(async () => {
    await api.scan()
    found.reload()
  })
  const words = t().devices
  const close = (added: boolean): void => {
    setAdding(null)
    if (!added) return
    found.reload()
    void reload.cameras()
  }
  return (
    <section class="section" aria-labelledby="found-cameras">
      <div class="section-head">
        <h2 id="found-cameras">{words.found}</h2>
        <div class="row-actions">
          <button type="button" class="button" disabled={scan.busy} onClick={() => scan.start()}>
            <RefreshIcon size={18} /> {scan.busy ? words.scanning : words.scan}
          </button>
          <button type="button" class="button" onClick={() => setAdding('by-hand')}>
            <PlusIcon size={18} /> {words.byHand}
          </button>
        </div>
      </div>
      {scan.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(scan.problem)}
        </p>
      )}
      <Loaded what={words.found} of={found}>
        {({ cameras }) => {
          const fresh = cameras.filter((camera) => camera.cameraId === null)
          if (fresh.length === 0) return <Empty title={words.noFoundCameras} next={words.noFoundCamerasNext} />
          return <Candidates cameras={fresh} add={setAdding} />
        }}
      </Loaded>
      {adding === null ? null : <AddCameraDialog candidate={adding === 'by-hand' ? null : adding} onClose={close} />}
    </section>
  )
}

function Candidates({ cameras, add }: { cameras: readonly CameraCandidate[]; add: (camera: CameraCandidate) => void }) {
  const { nowUtcMs } = useGateway()
  const words = t().devices
  return (
    <Table label={words.found}>
      <thead>
        <tr>
          <th scope="col">{words.column.camera}</th>
          <th scope="col">{words.model}</th>
          <th scope="col">{words.address}</th>
          <th scope="col">{words.lastSeen}</th>
          <th scope="col">
            <span class="visually-hidden">{words.column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {cameras.map((camera) => (
          <tr key={camera.endpoint}>
            <th scope="row">
              {camera.name ?? '—'}
              {camera.location === null ? null : <div class="muted">{camera.location}</div>}
            </th>
            <td>{camera.hardware ?? '—'}</td>
            <td class="address">{camera.address}</td>
            <td class="nowrap">{formatAgo(camera.lastSeenUtcMs, nowUtcMs.value)}</td>
            <td>
              <div class="row-actions">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`${words.add}: ${camera.name ?? camera.address}`}
                  onClick={() => add(camera)}
                >
                  {words.add}
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
