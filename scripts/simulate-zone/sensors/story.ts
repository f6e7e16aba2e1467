import { boiling, during, type Episode, inRound, pushed, roundSeconds, type StorySeconds } from './curves.ts'

/**
 * What goes wrong in the demo zone, once in every round of fifteen minutes. Times are seconds from the start of a round; the
 * first minute already has a door, a silence and a missed boil.
 */
export const story = {
  /** The cold store of workshop 8 stands open: above 5 °C after about a minute. */
  doorOpen: { from: 20, until: 620 },
  /** The soaking tank of workshop 4 says nothing. */
  silence: { from: 30, until: 330 },
  /** The first batch of the round, which ends at 45 s, never boils. */
  missedBoilPeak: 88,
  /** Cleaning lye reaches the outfall. */
  lye: { from: 240, until: 420 },
  /** Rain and wash water fill the sump. */
  flood: { from: 500, until: 660 },
  /** Somebody works in workshop 10, whose permit has expired. */
  forbiddenWork: { from: 120, until: 300 },
} as const satisfies Record<string, Episode | number>

export const doorIsOpen = (t: StorySeconds): boolean => during(t, story.doorOpen)

/** How far the open store is on its way to the warmth outside, 0..1. */
export const warmed = (t: StorySeconds): number => pushed(t, story.doorOpen, 370, 70)

/** Short visits to other doors: 12 s in every 150 s. */
export const visited = (t: StorySeconds, seed: number): boolean => (t + seed * 41) % 150 < 12

const batchesPerRound = roundSeconds / 90
/** Soy milk in workshop 6: good batches reach 98 to 99 °C. */
export const soyMilk = (t: StorySeconds) =>
  boiling(t, (batch) => (batch % batchesPerRound === 0 ? story.missedBoilPeak : 98.4 + 0.5 * Math.sin(batch * 2.4)))
/** In workshop 7 every batch boils. */
export const otherSoyMilk = (t: StorySeconds) => boiling(t + 30, (batch) => 98.2 + 0.6 * Math.sin(batch * 1.7))

const stages = [
  { seconds: 200, temp: 24, humidity: 60 },
  { seconds: 200, temp: 33, humidity: 80 },
  { seconds: 380, temp: 42, humidity: 69 },
  { seconds: 120, temp: 27, humidity: 55 },
] as const

/** The drying room's four stages in one round, each approached in a first-order way. */
export function drying(t: StorySeconds): { stage: number; temp: number; humidity: number } {
  let start = 0
  let before: { temp: number; humidity: number } = stages[3]
  for (const [index, stage] of stages.entries()) {
    const into = inRound(t) - start
    if (into < stage.seconds || index === stages.length - 1) {
      const left = Math.exp(-into / 45)
      return {
        stage: index + 1,
        temp: stage.temp + (before.temp - stage.temp) * left,
        humidity: stage.humidity + (before.humidity - stage.humidity) * left,
      }
    }
    start += stage.seconds
    before = stage
  }
  return { stage: 4, temp: stages[3].temp, humidity: stages[3].humidity }
}
