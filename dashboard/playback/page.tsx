import { useEffect, useMemo } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { Below } from './below.tsx'
import { CameraChips } from './camera-chips.tsx'
import { createDesk } from './desk.ts'
import { DeskDialogs } from './desk-dialogs.tsx'
import { useLaneData } from './lane-data.ts'
import { layoutOf } from './lanes.ts'
import { Lanes } from './lanes-panel.tsx'
import { MomentForm } from './moment-form.tsx'
import { choicesFor, chosenAtFirst } from './reading-lanes.ts'
import { Screens } from './screens.tsx'
import { Marked, Transport } from './transport.tsx'
import { useAddress } from './use-address.ts'
import { useKeys } from './use-keys.ts'
import { usePreviews } from './use-previews.ts'
import { words } from './words.ts'
import './dialogs.css'
import './playback.css'
import './timeline.css'

/** Recorded video of up to four cameras at one moment, and all that is known of that time. The address holds the page's whole state. */
export function PlaybackPage() {
  const { stores, reload } = useGateway()
  return (
    <div class="page playback">
      <Loaded what={words().cameras} of={loadOf(stores.cameras, reload.cameras)}>
        {(cameras) => (cameras.length === 0 ? <NoCameras /> : <Review cameras={cameras} />)}
      </Loaded>
    </div>
  )
}

function NoCameras() {
  return (
    <>
      <PageHead title={words().title} />
      <Empty title={words().noCameras} next={words().noCamerasNext} />
    </>
  )
}

function Review({ cameras }: { cameras: readonly Camera[] }) {
  const { api, stores, nowUtcMs } = useGateway()
  const desk = useMemo(() => createDesk(api, nowUtcMs), [])
  useEffect(() => desk.close, [desk])
  const wishUtcMs = useAddress(desk, cameras)
  const shown = desk.cameraIds.value.flatMap((id) => cameras.find((one) => one.id === id) ?? [])
  const gone = desk.cameraIds.value.length - shown.length
  useEffect(() => {
    // Somebody removed a camera that is shown here: the others stay.
    if (gone > 0) desk.choose(shown.length > 0 ? shown.map((one) => one.id) : cameras.slice(0, 1).map((one) => one.id))
  }, [gone])
  const choices = choicesFor(
    shown.map((one) => one.areaId),
    stores.sensors.value.value ?? [],
    stores.places.value,
  )
  const readings = (desk.readings.value ?? chosenAtFirst(choices)).filter((key) =>
    choices.some((one) => one.key === key),
  )
  // Of the cameras, and of what the curves show.
  const curves = choices.filter(({ key }) => readings.includes(key))
  const areas = [...new Set([...shown.map((one) => one.areaId), ...curves.map(({ sensor }) => sensor.areaId)])]
  const data = useLaneData(desk, shown, readings, areas)
  const previewsOf = usePreviews(shown, data.tracks)
  const layout = layoutOf(
    shown.map((one) => one.id),
    readings,
  )
  useKeys({ desk, cameras: shown, data })
  return (
    <>
      <header class="playback-choice">
        <h1>{words().title}</h1>
        <CameraChips desk={desk} cameras={cameras} />
        <MomentForm utcMs={wishUtcMs} nowUtcMs={() => nowUtcMs.peek()} go={desk.go} />
        <span class="badge playback-logged" title={words().about}>
          {words().logged}
        </span>
      </header>
      <Screens desk={desk} cameras={shown} data={data} previewsOf={previewsOf} />
      <Transport desk={desk} fps={shown[0]?.main?.fps ?? null} />
      <Marked desk={desk} />
      <Lanes desk={desk} data={data} layout={layout} choices={choices} previewsOf={previewsOf} />
      <Below desk={desk} data={data} cameras={cameras} />
      <DeskDialogs desk={desk} cameras={shown} />
    </>
  )
}
