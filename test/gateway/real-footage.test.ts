/** What leaves the gateway as a file: clips and stills of GStreamer's cameras while they are being recorded. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClipPlan } from '../../gateway/contract/footage.ts'
import type { RtspServer } from '../support/gst-rtsp.ts'
import { strictMp4 } from '../support/strict-mp4.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { addCamera, cameraKinds, type CameraKind, type RealZone, startCameras, startRealZone } from './real-zone.ts'

const stack = new AsyncDisposableStack()
let zone: RealZone
let server: RtspServer
const ids = new Map<CameraKind, string>()
let startedUtcMs: number

beforeAll(async () => {
  zone = stack.use(await startRealZone())
  server = await startCameras()
  stack.defer(() => server.stop())
  startedUtcMs = Date.now()
  for (const kind of cameraKinds) ids.set(kind, (await addCamera(zone.api, server.url(kind), `车间 ${kind}`)).id)
})
afterAll(() => stack.disposeAsync())

const cameraPath = (kind: CameraKind) => `/api/cameras/${ids.get(kind)}`
async function recordedSpans(kind: CameraKind) {
  const spans = await zone.api.spans(ids.get(kind) ?? '', startedUtcMs - 60_000, Date.now())
  return spans.filter((span) => span.kind === 'recorded')
}
const ffprobe = (file: string, ...asked: string[]) =>
  execFileSync('sh', ['-c', 'exec ffprobe -v error "$@" 2>&1', 'sh', ...asked, '-of', 'csv=p=0', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  })

test.each(cameraKinds)(
  '%s: a clip of the file that is still written is faultless, also over a lost connection',
  async (kind) => {
    const longMs = async () =>
      (await recordedSpans(kind)).reduce((sum, { startUtcMs, endUtcMs }) => sum + endUtcMs - startUtcMs, 0)
    await waitFor(async () => (await longMs()) > 4_000, { timeoutMs: 30_000, message: 'footage' })
    if (kind === cameraKinds[0]) server.dropClients()
    await waitFor(async () => (await recordedSpans(kind)).length > 1 && (await longMs()) > 8_000, {
      timeoutMs: 40_000,
      message: 'footage on both sides of a gap',
    })
    const range = zone.api.range(startedUtcMs - 60_000, Date.now())
    const plan = ClipPlan.parse(
      JSON.parse((await zone.api.bytes(`${cameraPath(kind)}/clips?${range}`)).body.toString()),
    )
    const [part] = plan.parts
    expect(plan.parts).toHaveLength(1)
    expect(part?.gaps).toMatchObject([{ reason: 'camera-lost' }])

    const clip = await zone.api.bytes(part?.href ?? '')
    expect(clip.status).toBe(200)
    const strict = strictMp4(clip.body)
    const file = join(tempFolder('clip'), 'clip.mp4')
    writeFileSync(file, clip.body)
    expect(Number(ffprobe(file, '-count_frames', '-show_entries', 'stream=nb_read_frames'))).toBe(strict.samples)
    expect(ffprobe(file, '-show_entries', 'format_tags=title,comment')).toMatch(/车间 [^]*连接中断 \/ Connection lost/)
    expect(clip.headers.get('x-from-utc-ms')).toBe(String(part?.fromUtcMs))

    const half = clip.body.length >> 1
    const rest = await zone.api.bytes(part?.href ?? '', {
      range: `bytes=${half}-`,
      'if-range': clip.headers.get('etag') ?? '',
    })
    expect(rest.status).toBe(206)
    expect(rest.body.equals(clip.body.subarray(half))).toBe(true)
  },
)

test.each(cameraKinds)('%s: a still of a moment in the file that is still written', async (kind) => {
  const last = (await recordedSpans(kind)).at(-1)
  const wantedUtcMs = Math.round((last?.endUtcMs ?? 0) - 700)
  const still = await zone.api.bytes(`${cameraPath(kind)}/still.jpg?utcMs=${wantedUtcMs}`)
  expect([still.status, still.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  const behindMs = wantedUtcMs - Number(still.headers.get('x-utc-ms'))
  expect(behindMs).toBeGreaterThanOrEqual(0)
  expect(behindMs).toBeLessThan(500)
  const file = join(tempFolder('still'), 'still.jpg')
  writeFileSync(file, still.body)
  expect(ffprobe(file, '-show_entries', 'stream=codec_name,width,height').trim()).toBe('mjpeg,320,180')
})

test('a still of a gap is missing, and says why', async () => {
  const kind = cameraKinds[0]
  const spans = await zone.api.spans(ids.get(kind ?? 'h264') ?? '', startedUtcMs, Date.now())
  const gap = spans.find((span) => span.kind === 'gap' && span.reason === 'camera-lost')
  const middleUtcMs = Math.round(((gap?.startUtcMs ?? 0) + (gap?.endUtcMs ?? 0)) / 2)
  const answer = await zone.gateway.fetch(`${cameraPath(kind ?? 'h264')}/still.jpg?utcMs=${middleUtcMs}`)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ code: 'no-footage', facts: { reason: 'camera-lost' } })
})
