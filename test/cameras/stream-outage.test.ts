import { PassThrough } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { outageReasons } from '../../gateway/cameras/outage.ts'
import { cameraRetry } from '../../gateway/cameras/retry.ts'
import { gapReasonOf } from '../../gateway/cameras/stream-errors.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { hours } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import type { Clock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { supervise } from '../../gateway/lib/supervise.ts'
import { always, openRecording } from '../recording/camera.ts'
import { tempFolder } from '../support/temp.ts'

const away = new Failure('away', 'camera-unreachable', 'the camera refuses connections on its RTSP port')
const noRoute = new Failure('away', 'no-route', 'nothing answers at the camera’s address')
const silent = new Failure('away', 'camera-unreachable', 'no answer', { host: '10.0.0.9', port: 80 })
const noKey = new Failure('away', 'no-keyframe', 'video arrives, but no keyframe for 30 s')

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A clock on which sleeping only moves the hands. */
function quickClock(): Clock {
  let now = 0
  return {
    now: () => 1_800_000_000_000 + now,
    monotonic: () => now,
    async sleep(ms, signal) {
      now += ms
      return signal?.aborted ? 'aborted' : 'slept'
    },
  }
}

test.each([
  ['refused every time', [away], 800, ['camera-unreachable'], 1],
  [
    'the stream without a way, the device silent, in turns',
    [noRoute, noRoute, noRoute, silent],
    12_000,
    ['no-route', 'camera-timeout'],
    2,
  ],
  ['no keyframe for 30 s, every time', [noKey], 31_000, ['no-keyframe'], 24],
] as const)(
  'a day without the camera, %s: few lines, few gaps, no memory',
  async (_name, failures, tookMs, reasons, most) => {
    const clock = quickClock()
    const lines: string[] = []
    const stream = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString()))
    const tools = { clock, log: openLog('info', stream) }
    const { store, footage } = openRecording(tempFolder('outage'), { tools })
    onTestFinished(() => store.close())
    await footage.recover()
    const recorder = footage.begin('cam')
    const outage = outageReasons()
    const stop = new AbortController()
    let attempts = 0
    const heapAt: number[] = []
    const runOnce = async () => {
      const failure = failures[attempts++ % failures.length] ?? away
      await clock.sleep(tookMs)
      if (attempts % 500 === 0) {
        await recorder.settled()
        collectGarbage()
        heapAt.push(process.memoryUsage().heapUsed)
      }
      if (clock.monotonic() > hours(24)) stop.abort()
      throw failure
    }
    await supervise({ name: 'camera cam', runOnce }, tools, stop.signal, {
      retry: cameraRetry,
      onFailure: (failure) => recorder.end(outage.next(gapReasonOf(failure))),
    })
    await recorder.settled()
    expect(attempts).toBeGreaterThan(1_500)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(most)
    const rows = store.db.prepare(`SELECT reason FROM gap ORDER BY id`).pluck().all()
    expect(rows.length).toBeLessThanOrEqual(4)
    expect(new Set(rows)).toEqual(new Set(['connecting', ...reasons]))
    const spans = footage.spans('cam', always)
    expect(spans.reduce((sum, { startUtcMs, endUtcMs }) => sum + endUtcMs - startUtcMs, 0)).toBe(clock.monotonic())
    const [early = 0] = heapAt
    // A hundred bytes kept of each attempt would be more.
    expect((heapAt.at(-1) ?? 0) - early).toBeLessThan(150_000)
  },
)

test('however failures come, each is told in the end when it stays, and gaps are at most a third of them', () => {
  const reason = fc.constantFrom<GapReason>('camera-lost', 'camera-timeout', 'no-route')
  fc.assert(
    fc.property(fc.array(reason, { maxLength: 200 }), (reasons) => {
      const outage = outageReasons()
      const told = reasons.map((each) => outage.next(each))
      const changes = told.filter((each, n) => n > 0 && each !== told[n - 1]).length
      expect(changes).toBeLessThanOrEqual(3 + reasons.length / 3)
      for (const [n, each] of reasons.entries())
        if (reasons[n - 1] === each && reasons[n - 2] === each) expect(told[n]).toBe(each)
    }),
  )
})
