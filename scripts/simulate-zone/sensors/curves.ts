/** Seconds of the story since the simulator started. */
export type StorySeconds = number
export type Curve = (t: StorySeconds) => number

/** Repeatable noise in -1..1 that changes once a second. */
export function noise(t: StorySeconds, seed: number): number {
  const value = Math.sin(Math.floor(t) * 12.9898 + seed * 78.233) * 43_758.5453
  return 2 * (value - Math.floor(value)) - 1
}

/** A room or a machine that wanders slowly round its middle, with a little sensor noise. */
export function around(middle: number, reach: number, seed: number, roughness = 0.05): Curve {
  return (t) =>
    middle +
    reach * 0.6 * Math.sin((2 * Math.PI * t) / (420 + 37 * seed) + seed) +
    reach * 0.4 * Math.sin((2 * Math.PI * t) / (97 + 11 * seed) + 2 * seed) +
    reach * roughness * noise(t, seed)
}

/** A thing that happens once in every round of the story: from `from` until `until`, in seconds. */
export interface Episode {
  readonly from: StorySeconds
  readonly until: StorySeconds
}

/** Length of one round of the story. */
export const roundSeconds = 900
export const inRound = (t: StorySeconds): number => ((t % roundSeconds) + roundSeconds) % roundSeconds
export const during = (t: StorySeconds, { from, until }: Episode): boolean => inRound(t) >= from && inRound(t) < until

/**
 * First-order push: 0 before the episode, towards 1 during it with time constant `riseS`, back to 0 after it with `fallS`.
 * A store with its door open warms like this, a tank into which lye runs turns like this.
 */
export function pushed(t: StorySeconds, episode: Episode, riseS: number, fallS: number): number {
  const now = inRound(t)
  if (now < episode.from) return 0
  const risen = 1 - Math.exp(-(Math.min(now, episode.until) - episode.from) / riseS)
  return now < episode.until ? risen : risen * Math.exp(-(now - episode.until) / fallS)
}

const batchSeconds = 90
/** Heating ends, the milk is held, then drained; the batch is over at the end of the cycle. */
const heatSeconds = 55
const holdSeconds = 25

/** A boiling kettle: which batch it is, how warm, and the peak of the batch that ended last. The first batch ends at 45 s. */
export function boiling(t: StorySeconds, peakOf: (batch: number) => number) {
  const shifted = t + batchSeconds / 2
  const batch = Math.floor(shifted / batchSeconds)
  const phase = shifted - batch * batchSeconds
  const peak = peakOf(batch)
  const milk = 24
  const heated = (s: number) => milk + ((peak - milk) * (1 - Math.exp(-s / 17))) / (1 - Math.exp(-heatSeconds / 17))
  const drained = phase - heatSeconds - holdSeconds
  const temp =
    phase < heatSeconds ? heated(phase) : drained < 0 ? peak - 0.2 * Math.abs(noise(t, 5)) : peak - drained * 6
  return { batch, temp, lastPeak: peakOf(batch - 1) }
}
