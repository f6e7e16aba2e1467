import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../../../gateway/lib/child.ts'
import type { CameraSpec } from '../cameras.ts'
import type { ProfileFacts } from '../onvif/media.ts'
import { digits, rect, toPam } from './canvas.ts'
import { type Font, findFont } from './fonts.ts'
import { type Clip, readClip } from './mp4-reader.ts'
import { paths, progress } from './scenery.ts'
import { drawScene } from './scenes.ts'

/** Raise it when a scene or an encoder setting changes: everything is made anew. */
const version = 2
const fps = 15

export interface Clips {
  readonly main: Clip
  readonly sub: Clip
  readonly third: Clip | undefined
  /** One picture again and again, for the camera that freezes. */
  readonly frozenMain: Clip | undefined
  readonly frozenSub: Clip | undefined
  readonly snapshotPath: string
}

const third: ProfileFacts = { token: 'third', codec: 'h264', width: 960, height: 540, fps, kbps: 600 }

export const profilesOf = (camera: CameraSpec): [ProfileFacts, ProfileFacts, ...ProfileFacts[]] => [
  { token: 'main', codec: camera.codec, width: 1_280, height: 720, fps, kbps: 1_000 },
  { token: 'sub', codec: 'h264', width: 640, height: 360, fps, kbps: 300 },
  ...(camera.third ? [third] : []),
]

interface Output {
  readonly label: string
  readonly file: string
  readonly seconds: number
  readonly profile: ProfileFacts
}

function outputsOf(camera: CameraSpec, seconds: number): Output[] {
  const [main, sub] = profilesOf(camera)
  const outputs = [
    { label: 'main', file: 'main.mp4', seconds, profile: main },
    { label: 'sub', file: 'sub.mp4', seconds, profile: sub },
  ]
  if (camera.third) outputs.push({ label: 'third', file: 'third.mp4', seconds, profile: third })
  if (camera.freeze)
    outputs.push(
      { label: 'stillmain', file: 'frozen-main.mp4', seconds: 2, profile: main },
      { label: 'stillsub', file: 'frozen-sub.mp4', seconds: 2, profile: sub },
    )
  return outputs
}

/** Options as they are typed; a value with spaces would need an array. */
const words = (line: string): string[] => line.split(' ')

function encoderArgs(camera: CameraSpec, { profile, seconds, label, file }: Output): string[] {
  const gop = Math.round(fps * camera.gopSeconds)
  const codec =
    profile.codec === 'h265'
      ? `-c:v libx265 -preset ultrafast -crf 27 -tag:v hvc1 -x265-params pools=1:frame-threads=1:keyint=${gop}:min-keyint=${gop}:scenecut=0:open-gop=0:bframes=0:log-level=error`
      : `-c:v libx264 -preset superfast -profile:v ${profile.token === 'sub' ? 'main' : 'high'} -crf 24 -bf ${camera.bFrames ? 2 : 0} -g ${gop} -keyint_min ${gop} -sc_threshold 0`
  const rate = `-maxrate ${profile.kbps}k -bufsize ${profile.kbps}k -r ${fps} -t ${seconds}`
  return words(`-map [${label}] -threads 1 -pix_fmt yuv420p ${codec} ${rate}`).concat(file)
}

/** Backdrop, then each sprite on its path, then the writing; split into the outputs. */
function graphOf(
  camera: CameraSpec,
  sprites: readonly { x: string; y: string }[],
  seconds: number,
  font: Font | undefined,
): string {
  // Bounded: an endless loop filter fills the graph's queues before anything is encoded.
  const frames = Math.ceil(seconds * fps) + fps
  const clock = `setpts=N/${fps}/TB`
  const held = (input: number, format: string) => `[${input}:v]format=${format},loop=${frames}:1:0,${clock}`
  const steps = [`${held(0, 'yuv420p')}[v0]`]
  for (const [index, { x, y }] of sprites.entries()) {
    steps.push(`${held(index + 1, 'yuva420p')}[s${index}]`)
    steps.push(`[v${index}][s${index}]overlay=x='${x}':y='${y}':eval=frame[v${index + 1}]`)
  }
  const write = (text: string, place: string, size: number) =>
    `drawtext=fontfile='${font?.path}':${text}:fontsize=${size}:fontcolor=white:borderw=2:bordercolor=black@0.7:${place}`
  const writing = font
    ? [
        write('textfile=name.txt', 'x=28:y=20', 34),
        write("text='%{pts\\:hms}'", 'x=w-tw-28:y=24', 30),
        write(`text='${camera.model}  ${camera.id.toUpperCase()}'`, 'x=w-tw-28:y=h-50', 22),
      ]
    : ['null']
  const labels = ['full', 'small', ...(camera.third ? ['middle'] : []), ...(camera.freeze ? ['held', 'heldsmall'] : [])]
  steps.push(
    `[v${sprites.length}]${writing.join(',')},split=${labels.length + 1}${labels.map((l) => `[${l}]`).join('')}[shot]`,
  )
  const scale = 'scale=640:360:flags=fast_bilinear'
  const stop = `trim=end_frame=1,loop=${frames}:1:0,${clock}`
  steps.push('[full]null[main]', `[small]${scale}[sub]`)
  if (camera.third) steps.push(`[middle]scale=${third.width}:${third.height}:flags=fast_bilinear[third]`)
  if (camera.freeze) steps.push(`[held]${stop}[stillmain]`, `[heldsmall]${stop},${scale}[stillsub]`)
  return steps.join(';')
}

async function make(
  camera: CameraSpec,
  folder: string,
  seconds: number,
  font: Font | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { backdrop, sprites } = drawScene(camera.scene, seconds)
  const moving = font ? sprites : [...sprites, progress(paths(seconds))]
  if (!font) {
    rect(backdrop, 20, 16, 120, 60, '#00000090', { radius: 8 })
    digits(backdrop, 36, 26, 40, camera.id.slice(1), '#ffffff')
  }
  const path = (name: string) => join(folder, name)
  const inputs = [backdrop, ...moving.map((sprite) => sprite.picture)]
  for (const [index, input] of inputs.entries()) await writeFile(path(`${index}.pam`), toPam(input))
  await writeFile(path('name.txt'), font?.chinese ? camera.name : `CAM ${camera.id.slice(1)}`)
  const graph = graphOf(camera, moving, seconds, font).replaceAll('textfile=name.txt', `textfile='${path('name.txt')}'`)
  const reading = inputs.flatMap((_, index) => words(`-framerate ${fps} -threads 1 -i`).concat(path(`${index}.pam`)))
  const writing = outputsOf(camera, seconds).flatMap((output) =>
    encoderArgs(camera, { ...output, file: path(output.file) }),
  )
  const { code, lastLines } = await runChild(
    'ffmpeg',
    words('-v error -nostdin -y -filter_complex_threads 1')
      .concat(reading, '-filter_complex', graph, writing)
      .concat(words('-map [shot] -frames:v 1 -q:v 4'), path('snapshot.jpg')),
    { signal },
  )
  signal.throwIfAborted()
  if (code !== 0) throw new Error(`ffmpeg could not make the clips of ${camera.id}: ${lastLines.join(' | ')}`)
  for (const [index] of inputs.entries()) await rm(path(`${index}.pam`))
}

async function clipsOf(
  camera: CameraSpec,
  cacheDir: string,
  seconds: number,
  font: Font | undefined,
  signal: AbortSignal,
): Promise<Clips> {
  const { id, name, model, scene, codec, bFrames, gopSeconds, freeze } = camera
  const facts = { version, name, model, scene, codec, bFrames, gopSeconds, frozen: freeze !== null, seconds, font }
  // The clips of cameras without it keep their names.
  const named = camera.third ? { ...facts, third: true } : facts
  const key = createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 12)
  const folder = join(cacheDir, `${id}-${key}`)
  if (!existsSync(folder)) {
    const draft = await mkdtemp(join(cacheDir, `.making-${id}-`))
    try {
      await make(camera, draft, seconds, font, signal)
      if (!existsSync(folder)) await rename(draft, folder)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  const read = async (file: string) => readClip(await readFile(join(folder, file)))
  return {
    main: await read('main.mp4'),
    sub: await read('sub.mp4'),
    third: camera.third ? await read('third.mp4') : undefined,
    frozenMain: freeze ? await read('frozen-main.mp4') : undefined,
    frozenSub: freeze ? await read('frozen-sub.mp4') : undefined,
    snapshotPath: join(folder, 'snapshot.jpg'),
  }
}

/**
 * Makes what the cache lacks, two at a time, and reads everything into memory.
 * @param onReady called for each camera as soon as its clips are there
 * @throws Error when ffmpeg fails; Failure when it is missing
 */
export async function loadClips(
  cameras: readonly CameraSpec[],
  { cacheDir, seconds, signal }: { cacheDir: string; seconds: number; signal: AbortSignal },
  onReady: (camera: CameraSpec, clips: Clips) => Promise<void>,
): Promise<void> {
  await mkdir(cacheDir, { recursive: true })
  const font = await findFont()
  const waiting = [...cameras]
  const work = async () => {
    for (let camera = waiting.shift(); camera; camera = waiting.shift())
      await onReady(camera, await clipsOf(camera, cacheDir, seconds, font, signal))
  }
  const [first, second] = await Promise.allSettled([work(), work()])
  if (first.status === 'rejected') throw first.reason
  if (second.status === 'rejected') throw second.reason
}
