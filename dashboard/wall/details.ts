import type { Camera } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { TileDetails } from '../live/tile-details.ts'
import { detailWords } from './details-words.ts'

/** A line of the card; `warn`: it is why the picture is worse than it could be. */
export interface Row {
  readonly name: string
  readonly value: string
  readonly warn?: boolean
}

const inSeconds = (ms: Millis): string => `${(ms / 1_000).toFixed(2)} s`
const grouped = (n: number): string => n.toLocaleString('en').replaceAll(',', '\u202f')

/** Which step is shown, why not a better one, and each better one with its reason. */
export function stepRows(details: TileDetails): readonly Row[] {
  const words = detailWords()
  const { shown, step, held, switching } = details
  if (step === null || shown === null) return []
  const why = held === null ? (shown.why === null ? null : words.whys[shown.why]) : words.held[held]
  const atBest = step === 'main' && why === null
  // A better step that says the same says it once.
  const said = shown.above.some((one) => words.whys[one.why] === why)
  const reason = said ? null : (why ?? (step === 'sub' ? words.fits : null))
  return [
    { name: words.step, value: atBest ? `${words.steps[step]} · ${words.best}` : words.steps[step] },
    ...(reason === null ? [] : [{ name: words.why, value: reason, warn: why !== null }]),
    ...(shown.keyframesOnly ? [{ name: '', value: words.keyframes, warn: true }] : []),
    ...(switching ? [{ name: '', value: words.switching }] : []),
    ...shown.above.map((one) => ({ name: words.steps[one.step], value: words.whys[one.why], warn: true })),
  ]
}

/** What was measured. What is not known yet says so, instead of a zero. */
export function measureRows(details: TileDetails): readonly Row[] {
  const words = detailWords()
  const { shown, fps, kbps, gopMs, bFrames, ageMs, lagMs, targetMs, together, errors } = details
  const known = (value: number | null, tell: (value: number) => string) =>
    value === null ? words.unknown : tell(value)
  const failed = errors.quota + errors.decode + errors.network
  return [
    { name: words.codec, value: shown === null ? words.unknown : shown.codec + (bFrames ? words.bFrames : '') },
    { name: words.size, value: shown === null ? words.unknown : `${shown.widthPx} × ${shown.heightPx}` },
    { name: words.fps, value: known(fps, (n) => words.fpsValue(n.toFixed(1))) },
    { name: words.kbps, value: known(kbps, (n) => `${grouped(Math.round(n))} kbit/s`) },
    { name: words.gop, value: known(gopMs, inSeconds) },
    { name: words.age, value: known(ageMs, inSeconds) },
    { name: words.lag, value: known(lagMs, (n) => words.lagValue(inSeconds(n), known(targetMs, inSeconds))) },
    { name: words.together, value: words.togethers[together], warn: together === 'apart' },
    {
      name: words.frames,
      value: words.framesValue(grouped(details.presented), grouped(details.dropped), grouped(details.leftOut)),
    },
    {
      name: words.healed,
      value: failed === 0 ? '0' : words.healedValue(errors.quota, errors.decode, errors.network),
    },
    { name: words.stalls, value: `${details.stalls} / ${details.rebuilds}` },
  ]
}

/** What is known of the camera, whether its picture is shown or not. */
export function cameraRows(camera: Camera): readonly Row[] {
  const words = detailWords()
  const recorded = camera.state.status === 'recording'
  const device = camera.device === null ? [] : [`${camera.device.manufacturer} ${camera.device.model}`]
  const streams = (['main', 'sub', 'third'] as const).flatMap((name) => {
    const facts = camera[name]
    return facts === null ? [] : [`${words.steps[name]} ${facts.codec} ${facts.widthPx}×${facts.heightPx}`]
  })
  return [
    { name: words.recording, value: recorded ? words.recordingYes : words.recordingNot, warn: !recorded },
    { name: words.camera, value: [...device, ...streams].join(' · ') || words.unknown },
  ]
}
