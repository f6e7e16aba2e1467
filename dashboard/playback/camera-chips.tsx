import type { Camera } from '../../gateway/contract/camera.ts'
import { nameWithPlace, type Place, placeName } from '../api/places.ts'
import { CloseIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { mostCameras } from './speeds.ts'
import { words } from './words.ts'

interface Group {
  readonly value: string
  readonly label: string
  readonly ids: readonly string[]
}

/** Areas and workshops of the shown cameras that have more than one camera. */
function groupsOf(shown: readonly Camera[], all: readonly Camera[], places: ReadonlyMap<string, Place>): Group[] {
  const groups = new Map<string, Group>()
  const offer = (value: string, name: string, isIn: (camera: Camera) => boolean): void => {
    const ids = all.filter(isIn).map((one) => one.id)
    if (ids.length > 1) groups.set(value, { value, label: words().wholeArea(name, ids.length), ids })
  }
  for (const { areaId } of shown) {
    const place = places.get(areaId)
    offer(`area ${areaId}`, placeName(place), (one) => one.areaId === areaId)
    const workshop = place?.workshop
    if (workshop == null) continue
    offer(`workshop ${workshop.id}`, workshop.name, (one) => places.get(one.areaId)?.workshop?.id === workshop.id)
  }
  return [...groups.values()]
}

/** The cameras shown, each of which can be changed for another or left out, and a way to add one or a whole place. */
export function CameraChips({ desk, cameras }: { desk: Desk; cameras: readonly Camera[] }) {
  const { stores } = useGateway()
  const places = stores.places.value
  const ids = desk.cameraIds.value
  const shown = ids.flatMap((id) => cameras.find((one) => one.id === id) ?? [])
  const rest = cameras.filter((one) => !ids.includes(one.id))
  const groups = groupsOf(shown, cameras, places)
  const label = (camera: Camera): string => nameWithPlace(camera.name, places.get(camera.areaId))
  const add = (value: string): void => {
    const group = groups.find((one) => one.value === value)
    // The one that was looked at stays the first.
    const chosen = group === undefined ? [...ids, value] : [...ids.filter((id) => group.ids.includes(id)), ...group.ids]
    desk.choose(chosen)
  }
  return (
    <div class="camera-chips" role="group" aria-label={words().cameras}>
      {shown.map((camera, index) => (
        <div class="camera-chip playback-camera" key={camera.id}>
          <select
            aria-label={words().camera(index + 1)}
            value={camera.id}
            onChange={(event) => {
              const next = event.currentTarget.value
              desk.choose(ids.map((id) => (id === camera.id ? next : id)))
            }}
          >
            {[camera, ...rest].map((one) => (
              <option key={one.id} value={one.id}>
                {label(one)}
              </option>
            ))}
          </select>
          {shown.length === 1 ? null : (
            <button
              type="button"
              class="icon-button"
              aria-label={words().dropCamera(camera.name)}
              title={words().dropCamera(camera.name)}
              onClick={() => desk.choose(ids.filter((id) => id !== camera.id))}
            >
              <CloseIcon size={16} />
            </button>
          )}
        </div>
      ))}
      {rest.length === 0 || (ids.length >= mostCameras && groups.length === 0) ? null : (
        <select
          class="camera-add"
          aria-label={words().addCamera}
          value=""
          onChange={(event) => {
            add(event.currentTarget.value)
            event.currentTarget.value = ''
          }}
        >
          <option value="">+ {words().addCamera}</option>
          {groups.length === 0 ? null : (
            <optgroup label={words().together}>
              {groups.map(({ value, label: name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          {ids.length >= mostCameras ? null : (
            <optgroup label={words().cameras}>
              {rest.map((one) => (
                <option key={one.id} value={one.id}>
                  {label(one)}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      )}
    </div>
  )
}
