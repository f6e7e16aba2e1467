/**
 * What is wrong with a camera's picture although video arrives, judged from looks at its keyframes some ten seconds apart. Pure: a
 * state and a look in, a state out. A false alarm costs more than a late one: nobody reads the tenth.
 */
import type { Brightness } from './picture-look.ts'
import type { Shift } from './picture-shift.ts'
import { hours, type Millis, minutes, seconds, type UtcMs } from './units.ts'
import type { PictureTrouble } from './words.ts'

/** The gravest first: what an operator hears when several things are wrong. */
export const byGravity = [
  'looped',
  'black',
  'covered',
  'frozen',
  'shifted',
] as const satisfies readonly PictureTrouble[]

/** How far two pictures differ: `changeOf`, and the size of the keyframes, in parts. */
export interface Sameness {
  readonly change: number
  readonly sizeChange: number
}
/**
 * A live sensor is never still: between two keyframes of an empty, well lit room its noise alone changes some block by half a grey
 * level. An encoder that is fed one picture again and again stays below a twentieth, and its keyframes keep their size.
 */
export const isSame = ({ change, sizeChange }: Sameness): boolean => change <= 0.15 && sizeChange <= 0.005

/** One look at one picture. */
export interface Look {
  readonly utcMs: UtcMs
  readonly brightness: Brightness
  /** Detail by block, see `textureOf`. */
  readonly texture: readonly number[]
  /** Against the earlier picture that is most like it; null for a first look. */
  readonly same: Sameness | null
  /** Against the confirmed reference; null without one. */
  readonly shift: Shift | null
  /** Did the very bytes of this keyframe come before? */
  readonly repeated: boolean
}

type Verdict = 'bad' | 'fine' | 'unsure'

/** One trouble's way through the looks. */
export interface Track {
  readonly active: boolean
  /** The first bad look of a row that is not broken. */
  readonly sinceUtcMs: UtcMs | null
  readonly badLooks: number
  readonly fineLooks: number
}
export interface PictureHealth {
  readonly lookedUtcMs: UtcMs | null
  readonly tracks: Readonly<Record<PictureTrouble, Track>>
  /** What detail each block has by habit, and from how many looks that is known. */
  readonly habit: readonly number[]
  readonly habitLooks: number
  /** For each hour of the day, UTC: how black it usually is, 0 to 1. */
  readonly darkHours: readonly number[]
}

interface Patience {
  /** Bad for so long and in so many looks: it is a trouble. */
  readonly holdMs: Millis
  readonly looks: number
  /** Fine in so many looks: it is over. */
  readonly calmLooks: number
}
const patience: Readonly<Record<PictureTrouble, Patience>> = {
  frozen: { holdMs: minutes(3), looks: 6, calmLooks: 2 },
  black: { holdMs: minutes(2), looks: 5, calmLooks: 3 },
  covered: { holdMs: minutes(3), looks: 6, calmLooks: 3 },
  shifted: { holdMs: minutes(2), looks: 6, calmLooks: 3 },
  looped: { holdMs: seconds(50), looks: 6, calmLooks: 12 },
}
/** After a hole this long nobody knows what was between. */
const holeMs: Millis = seconds(90)

const rest: Track = { active: false, sinceUtcMs: null, badLooks: 0, fineLooks: 0 }
export const freshHealth: PictureHealth = {
  lookedUtcMs: null,
  tracks: { frozen: rest, black: rest, covered: rest, shifted: rest, looped: rest },
  habit: [],
  habitLooks: 0,
  darkHours: Array.from({ length: 24 }, () => 0),
}

/**
 * The state after one more look. Looks come in order; one that is a little older than the last changes nothing, and one that is much
 * older says that the clock was set back.
 */
export function judge(health: PictureHealth, look: Look): PictureHealth {
  const sinceLast = look.utcMs - (health.lookedUtcMs ?? Number.NEGATIVE_INFINITY)
  const afterHole = Math.abs(sinceLast) > holeMs
  if (sinceLast <= 0 && !afterHole) return health
  const verdicts = verdictsOf(health, look)
  const stepped = byGravity.map(
    (trouble) =>
      [trouble, step(health.tracks[trouble], verdicts[trouble], look.utcMs, afterHole, patience[trouble])] as const,
  )
  return {
    lookedUtcMs: look.utcMs,
    tracks: { ...health.tracks, ...Object.fromEntries(stepped) },
    darkHours: darkened(health.darkHours, look),
    ...(verdicts.black === 'fine' && verdicts.covered !== 'bad' ? learnt(health, look.texture) : habitOf(health)),
  }
}

export const troubleOf = ({ tracks }: PictureHealth): { trouble: PictureTrouble; sinceUtcMs: UtcMs | null } | null => {
  const trouble = byGravity.find((one) => tracks[one].active)
  return trouble ? { trouble, sinceUtcMs: tracks[trouble].sinceUtcMs } : null
}

/** A person says that the picture is right as it is: what counts as detail and as the view is learnt anew. */
export const confirmed = (health: PictureHealth): PictureHealth => ({
  ...health,
  tracks: { ...health.tracks, shifted: rest, covered: rest },
  habit: [],
  habitLooks: 0,
})

function step(track: Track, verdict: Verdict, utcMs: UtcMs, afterHole: boolean, limits: Patience): Track {
  const before = afterHole && !track.active ? rest : track
  if (verdict === 'unsure') return before
  if (verdict === 'fine') {
    const fineLooks = before.fineLooks + 1
    return before.active && fineLooks < limits.calmLooks ? { ...before, fineLooks } : rest
  }
  const sinceUtcMs = before.sinceUtcMs ?? utcMs
  const badLooks = before.badLooks + 1
  const active = before.active || (utcMs - sinceUtcMs >= limits.holdMs && badLooks >= limits.looks)
  return { active, sinceUtcMs, badLooks, fineLooks: 0 }
}

function verdictsOf(health: PictureHealth, look: Look): Record<PictureTrouble, Verdict> {
  const isBlack = blackVerdict(look.brightness)
  // A workshop without a light at night is black every night: from the third on nobody needs to hear of it. What was raised stays.
  const black = isBlack === 'bad' && isUsuallyDark(health.darkHours, look.utcMs) ? 'unsure' : isBlack
  const covered = black === 'fine' ? coveredVerdict(health, look) : 'unsure'
  const sees = black === 'fine' && covered !== 'bad'
  return {
    black,
    covered,
    frozen: black === 'fine' ? frozenVerdict(look) : 'unsure',
    shifted: sees ? shiftedVerdict(look) : 'unsure',
    looped: loopedVerdict(look),
  }
}

/** Nothing to see, but for a burned-in clock. Between the two limits the last word holds. */
function blackVerdict({ p10, p90 }: Brightness): Verdict {
  if (p90 <= 28 && p90 - p10 <= 12) return 'bad'
  return p90 > 36 || p90 - p10 > 18 ? 'fine' : 'unsure'
}

const hourOfDay = (utcMs: UtcMs): number => Math.floor(utcMs / hours(1)) % 24

/** In this hour or one beside it: people do not switch off the light by the clock. */
function isUsuallyDark(darkHours: readonly number[], utcMs: UtcMs): boolean {
  const hour = hourOfDay(utcMs)
  return [hour + 23, hour, hour + 1].some((near) => (darkHours[near % 24] ?? 0) >= 0.5)
}

/** An hour of black is not yet a habit, two of them on two days are; a day of light ends it. */
const darkMemory = 600
const darkened = (darkHours: readonly number[], { utcMs, brightness }: Look): number[] => {
  const now = blackVerdict(brightness) === 'bad' ? 1 : 0
  return darkHours.map((dark, hour) => (hour === hourOfDay(utcMs) ? dark + (now - dark) / darkMemory : dark))
}

/** Looks before a habit is known: five minutes. */
const habitNeeded = 30
/** An hour of looks: a habit follows the seasons of a day, and not a hand. */
const habitMemory = 360
/** A block has detail of its own from here on, and has lost it below this part of it. */
const detailed = 6
const lostPart = 0.5
/** A workshop that has this few blocks with detail gives no ground to judge from. */
const blocksNeeded = 12

/** In the dark, detail is a matter of luck: there is no word then. */
const darkBelow = 45

function coveredVerdict({ habit, habitLooks }: PictureHealth, { brightness, texture }: Look): Verdict {
  if (habitLooks < habitNeeded || brightness.p90 < darkBelow) return 'unsure'
  let known = 0
  let lost = 0
  let seen = 0
  for (const [n, usual] of habit.entries()) {
    const now = texture[n] ?? 0
    if (now >= detailed) seen++
    if (usual < detailed) continue
    known++
    if (now < usual * lostPart) lost++
  }
  if (known < blocksNeeded) return 'unsure'
  const part = lost / known
  // What is gone here and shows up there is not covered, it moved.
  if (part >= 0.8 && seen <= known * 0.4) return 'bad'
  return part <= 0.6 ? 'fine' : 'unsure'
}

/** Somebody plays a recording: other pictures one after the other, each of which came before, bit by bit. */
function loopedVerdict({ same, repeated }: Look): Verdict {
  if (!repeated) return 'fine'
  return same === null || isSame(same) ? 'unsure' : 'bad'
}

function frozenVerdict({ same }: Look): Verdict {
  if (same === null) return 'unsure'
  return isSame(same) ? 'bad' : 'fine'
}

/** Moved by a twelfth of the width or more, or another view altogether. People and light leave more than half in its place. */
function shiftedVerdict({ shift }: Look): Verdict {
  if (shift === null) return 'fine'
  const { atHome, best, distance } = shift
  const moved = distance >= 0.08 && best >= 0.5 && best - atHome >= 0.2
  if (moved || atHome < 0.25) return 'bad'
  return atHome >= 0.4 ? 'fine' : 'unsure'
}

const habitOf = ({ habit, habitLooks }: PictureHealth) => ({ habit, habitLooks })

function learnt({ habit, habitLooks }: PictureHealth, texture: readonly number[]) {
  const weight = 1 / Math.min(habitLooks + 1, habitMemory)
  return {
    habit: texture.map((value, n) => (habit[n] ?? value) * (1 - weight) + value * weight),
    habitLooks: habitLooks + 1,
  }
}
