/** From closed files to previews, states, alerts with their picture, and back to calm; real footage, real database, real alerts. */
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type AlertMonitor, alertMonitor } from '../../gateway/alerts/monitor.ts'
import { intersect, minutes } from '../../gateway/domain/units.ts'
import type { PictureTrouble } from '../../gateway/domain/words.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { PictureFile } from '../../gateway/pictures/keyframes.ts'
import { hourOf } from '../../gateway/pictures/preview-pack.ts'
import { pictures } from '../../gateway/pictures/pictures.ts'
import { openStore } from '../../gateway/store/open.ts'
import { toPam } from '../../scripts/simulate-zone/video/canvas.ts'
import { drawScene } from '../../scripts/simulate-zone/video/scenes.ts'
import { manualClock } from '../recording/fake-camera.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { makeSegment } from './made-segment.ts'

const never = new AbortController().signal
const start = hourOf(1_800_000_000_000)
const noise = 'noise=alls=12:allf=t'

interface Place {
  readonly folder: string
  /** Restarts on the same folder. */
  open(): Opened
}
interface Opened {
  readonly alerts: AlertMonitor
  readonly shown: ReturnType<typeof pictures>
  readonly told: string[]
  readonly clock: ReturnType<typeof manualClock>
  /** One minute of film as one closed file, looked at. */
  minute(n: number, filter: string): Promise<PictureFile>
  stop(): Promise<void>
}

function place(): Place {
  const folder = tempFolder('pictures')
  const root = join(folder, 'recordings')
  const scene = join(folder, 'scene.pam')
  writeFileSync(scene, toPam(drawScene('kettles', 20).backdrop))
  const files: PictureFile[] = []

  return {
    folder,
    open() {
      const store = openStore(join(folder, 'gateway.db'), 'gateway')
      const clock = {
        ...manualClock(start),
        sleep: () => new Promise<'aborted'>((done) => stopping.push(() => done('aborted'))),
      }
      const stopping: (() => void)[] = []
      const tools = { clock, log: openLog('silent') }
      const alerts = alertMonitor({ store, tools, sensorInfo: () => undefined, onAlert: () => {} })
      const told: string[] = []
      const touches = (range: { fromUtcMs: number; toUtcMs: number }) =>
        files.filter(({ anchorUtcMs: at }) => intersect({ fromUtcMs: at, toUtcMs: at + 60_000 }, range))
      const shown = pictures({
        store,
        tools,
        find: (_, range) => touches(range),
        hasFootage: (_, range) => touches(range).length > 0,
        roots: () => [root],
        onTrouble(cameraId: string, trouble: PictureTrouble, active: boolean) {
          const before = alerts.list('open').length
          alerts.system(
            { code: `picture-${trouble}`, name: '卤制间', severity: 'warning', cameraId, areaId: 'w1' },
            active,
          )
          if (alerts.list('open').length !== before) told.push(trouble)
        },
      })
      shown.reconcile([{ id: 'cam', enabled: true }])
      const end = new AbortController()
      const ended = shown.run(end.signal)
      const stop = async () => {
        end.abort()
        for (const wake of stopping) wake()
        await ended
        store.close()
      }
      onTestFinished(stop)
      return {
        alerts,
        shown,
        told,
        clock,
        async minute(n, filter) {
          // Noise of its own in each minute: the same film again would be a loop.
          const seeded = filter.replace('allf=t', `allf=t:all_seed=${n + 1}`)
          const source = ['-loop', '1', '-framerate', '2', '-i', scene, '-vf', `${seeded},scale=640:360`]
          const file = makeSegment(root, 'cam', start + minutes(n), { source, fps: 2, gopSeconds: 2 })
          files.push(file)
          clock.utcMs = start + minutes(n + 1)
          const { looks, failed } = shown.counters()
          const done = looks + failed
          shown.onSegment('cam', file)
          await waitFor(() => shown.counters().looks + shown.counters().failed >= done + 6, {
            message: () => JSON.stringify(shown.counters()),
          })
          return file
        },
        stop,
      }
    },
  }
}

test('a camera that freezes is an alert with its picture, and calm again when it moves', async () => {
  const { alerts, shown, told, minute } = place().open()
  await minute(0, noise)
  expect(shown.states()).toEqual([
    { cameraId: 'cam', trouble: null, sinceUtcMs: null, lookedUtcMs: start + 50_000, reference: null },
  ])
  for (const n of [1, 2, 3, 4]) await minute(n, 'null')
  expect(told).toEqual(['frozen'])
  const [alert] = alerts.list('open')
  expect(alert).toMatchObject({ code: 'picture-frozen', cameraId: 'cam', clearedUtcMs: null })
  expect(shown.states()[0]).toMatchObject({ trouble: 'frozen', sinceUtcMs: start + minutes(1) + 10_000 })
  const { jpeg, utcMs } = shown.ofAlert(alert?.id ?? '')
  expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8])
  expect(utcMs).toBe(start + minutes(4) + 10_000)
  await minute(5, noise)
  expect(alerts.list('open')[0]?.clearedUtcMs).not.toBeNull()
  expect(shown.states()[0]?.trouble).toBeNull()
  // What the alert was about stays with it.
  expect(shown.ofAlert(alert?.id ?? '').utcMs).toBe(utcMs)
  expect(() => shown.ofAlert('another')).toThrow(expect.objectContaining({ kind: 'missing', code: 'no-picture' }))
})

test('what was learnt, what is wrong and the confirmed view survive a restart; a person may say that the view is right', async () => {
  const here = place()
  const first = here.open()
  await first.minute(0, `crop=1120:630:0:0,${noise}`)
  await expect(first.shown.confirmReference('cam', 'ops', never)).resolves.toMatchObject({
    reference: { utcMs: start + 58_000, confirmedBy: 'ops', confirmedUtcMs: start + 60_000 },
  })
  for (const n of [1, 2, 3]) await first.minute(n, `crop=1120:630:130:0,${noise}`)
  expect(first.told).toEqual(['shifted'])
  await first.stop()

  const second = here.open()
  expect(second.shown.states()[0]).toMatchObject({ trouble: 'shifted', reference: { confirmedBy: 'ops' } })
  await second.minute(4, `crop=1120:630:130:0,${noise}`)
  expect(second.alerts.list('open')).toHaveLength(1)
  await second.shown.confirmReference('cam', 'admin', never)
  expect(second.shown.reference('cam').utcMs).toBe(start + minutes(4) + 58_000)
  expect(second.shown.states()[0]?.trouble).toBeNull()
  expect(second.alerts.list('open')[0]?.clearedUtcMs).not.toBeNull()
  await second.minute(5, `crop=1120:630:130:0,${noise}`)
  expect(second.shown.states()[0]?.trouble).toBeNull()

  second.shown.reconcile([])
  expect(second.shown.states()).toEqual([])
  expect(() => second.shown.reference('cam')).toThrow(expect.objectContaining({ code: 'no-reference' }))
})

test('a camera that is switched off has nothing wrong with its picture', async () => {
  const { alerts, shown, minute } = place().open()
  await minute(0, noise)
  for (const n of [1, 2, 3]) await minute(n, 'drawbox=t=fill:color=black')
  expect(shown.states()[0]?.trouble).toBe('black')
  shown.reconcile([{ id: 'cam', enabled: false }])
  expect(shown.states()[0]?.trouble).toBeNull()
  expect(alerts.list('open').map(({ clearedUtcMs }) => clearedUtcMs !== null)).toEqual([true])
})

test('a file that is gone or cut short is counted, and the next one is looked at all the same', async () => {
  const { shown, minute } = place().open()
  const whole = await minute(0, noise)
  const cut = { ...whole, anchorUtcMs: start + minutes(10) }
  truncateSync(join(whole.root, whole.path), 5_000)
  shown.onSegment('cam', cut)
  shown.onSegment('cam', { ...cut, path: 'cam/gone.mp4', anchorUtcMs: start + minutes(11) })
  await waitFor(() => shown.counters().failed === 2)
  await minute(12, noise)
  expect(shown.counters()).toEqual({ looks: 12, failed: 2, skipped: 0 })
  expect((await shown.preview('cam', start + minutes(12) + 5_000, never)).utcMs).toBe(start + minutes(12))
})

test('a reference needs a picture of now', async () => {
  const { shown, clock, minute } = place().open()
  await expect(shown.confirmReference('cam', 'ops', never)).rejects.toMatchObject({ kind: 'away', code: 'no-picture' })
  await minute(0, noise)
  clock.pass(minutes(2))
  await expect(shown.confirmReference('cam', 'ops', never)).rejects.toMatchObject({ kind: 'away' })
})

test('a recording that is played again is a loop, whatever it shows', async () => {
  const { alerts, shown, told, minute } = place().open()
  await minute(0, noise)
  const film = await minute(1, noise)
  shown.onSegment('cam', { ...film, anchorUtcMs: start + minutes(2) })
  await waitFor(() => shown.states()[0]?.lookedUtcMs === start + minutes(2) + 50_000 && told.length > 0)
  expect(told).toEqual(['looped'])
  expect(shown.states()[0]).toMatchObject({ trouble: 'looped', sinceUtcMs: start + minutes(2) })
  expect(shown.ofAlert(alerts.list('open')[0]?.id ?? '').utcMs).toBe(start + minutes(2) + 50_000)
})
