import { useEffect, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { nameWithPlace } from '../api/places.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { loadOf, useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { readAddress, writeAddress } from './address.ts'
import { Clip } from './clip.tsx'
import { MomentForm, Transport } from './controls.tsx'
import type { Marks } from './draw.ts'
import { Lane } from './lane.tsx'
import { Screen } from './screen.tsx'
import { centred, firstView, lookBackMs, type View } from './scale.ts'
import { useKeys } from './use-keys.ts'
import { usePlayback } from './use-playback.ts'
import { words } from './words.ts'
import './playback.css'

const startBehindMs = minutes(2)
const rewriteEveryMs = 5_000

/** Recorded video of one camera at a chosen moment. The address holds both: `/playback?camera=ID&t=RFC3339`. */
export function PlaybackPage() {
  const { stores, reload } = useGateway()
  return (
    <div class="page playback">
      <Loaded what={words().cameras} of={loadOf(stores.cameras, reload.cameras)}>
        {(cameras) => <Chosen cameras={cameras} />}
      </Loaded>
    </div>
  )
}

function Chosen({ cameras }: { cameras: readonly Camera[] }) {
  const { router, nowUtcMs } = useGateway()
  const written = useRef('')
  const { path, query } = router.location.value
  const address = readAddress(query)
  const camera = cameras.find((one) => one.id === address.cameraId) ?? cameras[0]
  const asked = `${path}?${query.toString()}`
  // What the page itself wrote into the address is not a wish of the user's.
  const wish = useRef<{ asked: string; utcMs: UtcMs }>({ asked: '', utcMs: 0 })
  if (asked !== written.current && asked !== wish.current.asked) {
    wish.current = { asked, utcMs: address.utcMs ?? nowUtcMs.peek() - startBehindMs }
  }
  if (camera === undefined) {
    return (
      <>
        <PageHead title={words().title} />
        <Empty title={words().noCameras} next={words().noCamerasNext} />
      </>
    )
  }
  const write = (cameraId: string, utcMs: UtcMs) => {
    const href = writeAddress(cameraId, utcMs, siteTimeZone.peek())
    written.current = `/playback?${new URLSearchParams(href.split('?')[1]).toString()}`
    router.navigate(href, { replace: true })
  }
  const { utcMs } = wish.current
  return (
    <Review
      key={camera.id}
      cameras={cameras}
      camera={camera}
      wishUtcMs={utcMs}
      wish={wish.current.asked}
      write={write}
    />
  )
}

interface ReviewProps {
  readonly cameras: readonly Camera[]
  readonly camera: Camera
  readonly wishUtcMs: UtcMs
  /** Changes with each new wish, also for the same moment. */
  readonly wish: string
  readonly write: (cameraId: string, utcMs: UtcMs) => void
}

function Review({ cameras, camera, wishUtcMs, wish, write }: ReviewProps) {
  const { stores, router, nowUtcMs } = useGateway()
  const playback = usePlayback(camera.id)
  const [view, setView] = useFirstView(camera.id, wishUtcMs)
  const [typedUtcMs, setTypedUtcMs] = useState(wishUtcMs)
  const [marks, setMarks] = useState<Marks>({ inUtcMs: null, outUtcMs: null })
  const go = (utcMs: UtcMs): void => {
    setTypedUtcMs(utcMs)
    if (utcMs < view.fromUtcMs || utcMs > view.fromUtcMs + view.spanMs) setView(centred(utcMs, view.spanMs))
    playback.seek(utcMs)
  }
  useEffect(() => {
    go(wishUtcMs)
  }, [wish])
  useEffect(() => {
    const timer = setInterval(() => {
      const at = playback.atUtcMs.peek()
      if (at !== null) write(camera.id, at)
    }, rewriteEveryMs)
    return () => clearInterval(timer)
  }, [camera.id])
  useKeys({ playback, camera, view, setView, marks, setMarks, go })

  const choose = (cameraId: string): void =>
    router.navigate(writeAddress(cameraId, playback.atUtcMs.peek() ?? typedUtcMs, siteTimeZone.peek()))
  return (
    <>
      <header class="playback-choice">
        <h1>{words().title}</h1>
        <label class="field playback-camera">
          <span>{words().camera}</span>
          <select value={camera.id} onChange={(event) => choose(event.currentTarget.value)}>
            {cameras.map((one) => (
              <option key={one.id} value={one.id}>
                {nameWithPlace(one.name, stores.places.value.get(one.areaId))}
              </option>
            ))}
          </select>
        </label>
        <MomentForm utcMs={typedUtcMs} nowUtcMs={() => nowUtcMs.peek()} go={go} />
        <span class="badge playback-logged" title={words().about}>
          {words().logged}
        </span>
      </header>
      <Screen camera={camera} playback={playback} />
      <Transport playback={playback} />
      <Lane cameraId={camera.id} playback={{ ...playback, seek: go }} view={view} setView={setView} marks={marks} />
      <Clip cameraId={camera.id} marks={marks} at={playback.atUtcMs} change={setMarks} />
    </>
  )
}

/** The timeline's view: at first it fits what was recorded in the last day, unless somebody moved it before that was known. */
function useFirstView(cameraId: string, wishUtcMs: UtcMs) {
  const { api, nowUtcMs } = useGateway()
  const [first] = useState<View>(() => firstView([], wishUtcMs, nowUtcMs.peek()))
  const [chosen, choose] = useState<View | null>(null)
  const load = useLoad(
    async (signal) => {
      const now = nowUtcMs.peek()
      return firstView(await api.spans(cameraId, { fromUtcMs: now - lookBackMs, toUtcMs: now }, signal), wishUtcMs, now)
    },
    [cameraId],
  )
  return [chosen ?? load.value ?? first, choose] as const
}
