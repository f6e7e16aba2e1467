import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lengthOf, notesOf, type Pattern, patterns } from '../../../dashboard/watch/patterns.ts'
import { nextSound, nothingHeard, type SoundFacts } from '../../../dashboard/watch/sound-plan.ts'

type Open = NonNullable<SoundFacts['alerts']>[number]
const alert = (id: string, severity: Open['severity'], acknowledgedUtcMs: number | null = null): Open => ({
  id,
  severity,
  acknowledgedUtcMs,
})
const critical = (id: string) => alert(id, 'critical')
const warning = (id: string) => alert(id, 'warning')

interface Change extends Partial<SoundFacts> {
  /** Seconds since the page began. */
  readonly atS: number
}

/** Plays `changes` at their times, a step every 250 ms, until `endS`. @returns `<seconds> <pattern>`, or `silence` where a tone is cut */
function heard(changes: readonly Change[], endS: number): string[] {
  let facts: SoundFacts = { alerts: [], lostAtMs: null, mutedUntilMs: -Infinity, audible: true }
  let memory = nothingHeard
  const told: string[] = []
  for (let ms = 0; ms <= endS * 1_000; ms += 250) {
    for (const { atS, ...change } of changes) if (atS * 1_000 === ms) facts = { ...facts, ...change }
    const step = nextSound(memory, facts, ms)
    memory = step.memory
    if (step.silence) told.push(`${ms / 1_000} silence`)
    if (step.play !== null) told.push(`${ms / 1_000} ${step.play}`)
  }
  return told
}

describe('what sounds', () => {
  const table: readonly (readonly [string, readonly Change[], number, readonly string[]])[] = [
    ['nothing without alerts', [], 60, []],
    [
      'a critical alert repeats until it is acknowledged',
      [
        { atS: 1, alerts: [critical('a')] },
        { atS: 13, alerts: [alert('a', 'critical', 1)] },
      ],
      60,
      ['1 critical', '6 critical', '11 critical'],
    ],
    [
      'an acknowledgement cuts the tone that sounds',
      [
        { atS: 1, alerts: [critical('a')] },
        { atS: 1.5, alerts: [alert('a', 'critical', 1)] },
      ],
      30,
      ['1 critical', '1.5 silence'],
    ],
    [
      'one that cleared by itself repeats too: nobody has said that he knows',
      [{ atS: 1, alerts: [critical('a')] }],
      7,
      ['1 critical', '6 critical'],
    ],
    [
      'one that was open when the page began repeats as well',
      [{ atS: 0, alerts: [critical('a')] }],
      6,
      ['0 critical', '5 critical'],
    ],
    [
      'a second one does not wait for its turn',
      [
        { atS: 1, alerts: [critical('a')] },
        { atS: 3, alerts: [critical('a'), critical('b')] },
      ],
      7,
      ['1 critical', '3 critical'],
    ],
    ['a warning sounds once', [{ atS: 1, alerts: [warning('w')] }], 60, ['1 warning']],
    ['a warning from before the page began does not sound', [{ atS: 0, alerts: [warning('w')] }], 60, []],
    [
      'two warnings at once are one sound, a later one is another',
      [
        { atS: 1, alerts: [warning('v'), warning('w')] },
        { atS: 9, alerts: [warning('v'), warning('w'), warning('x')] },
      ],
      60,
      ['1 warning', '9 warning'],
    ],
    [
      'a critical alert goes before a warning, which still sounds',
      [
        { atS: 1, alerts: [warning('w'), critical('a')] },
        { atS: 4, alerts: [warning('w')] },
      ],
      20,
      ['1 critical', '2.5 warning'],
    ],
    [
      'a lost gateway sounds after five seconds and every half minute',
      [{ atS: 1, lostAtMs: 1_000 }],
      70,
      ['6 lost', '36 lost', '66 lost'],
    ],
    [
      'a short loss is no alarm',
      [
        { atS: 1, lostAtMs: 1_000 },
        { atS: 4, lostAtMs: null },
      ],
      60,
      [],
    ],
    [
      'a second loss sounds anew',
      [
        { atS: 1, lostAtMs: 1_000 },
        { atS: 8, lostAtMs: null },
        { atS: 10, lostAtMs: 10_000 },
      ],
      20,
      ['6 lost', '15 lost'],
    ],
    [
      'while the gateway is away, a critical alert reminds slowly: it cannot be acknowledged',
      [
        { atS: 0, alerts: [critical('a')] },
        { atS: 1, lostAtMs: 1_000 },
      ],
      31,
      ['0 critical', '5 critical', '6.5 lost'],
    ],
    [
      'muted, everything is silent; afterwards what still waits sounds',
      [
        { atS: 1, alerts: [critical('a')], mutedUntilMs: 20_000 },
        { atS: 4, alerts: [critical('a'), warning('w'), warning('gone')] },
        { atS: 10, alerts: [critical('a'), warning('w')] },
      ],
      24.5,
      ['20 critical', '21.5 warning'],
    ],
    [
      'muting cuts the tone that sounds',
      [
        { atS: 1, alerts: [critical('a')] },
        { atS: 1.5, mutedUntilMs: 5_000 },
      ],
      4,
      ['1 critical', '1.5 silence'],
    ],
    [
      'before the shift nothing sounds; with it critical alerts do, warnings from before do not',
      [
        { atS: 0, audible: false },
        { atS: 2, alerts: [warning('w'), critical('a')] },
        { atS: 10, audible: true },
      ],
      12,
      ['10 critical'],
    ],
    ['nothing sounds while alerts are not known', [{ atS: 0, alerts: null }], 5, []],
  ]
  test.each(table)('%s', (_, changes, endS, expected) => {
    expect(heard(changes, endS)).toEqual(expected)
  })
})

test('whatever happens, two patterns never overlap and nothing sounds that must not', () => {
  const step = fc.record({
    alerts: fc.option(
      fc.uniqueArray(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c'),
          severity: fc.constantFrom('critical' as const, 'warning' as const),
          acknowledgedUtcMs: fc.constantFrom(null, 1),
        }),
        { selector: ({ id }) => id },
      ),
    ),
    lost: fc.boolean(),
    muted: fc.boolean(),
    audible: fc.boolean(),
    ms: fc.integer({ min: 1, max: 4_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let memory = nothingHeard
      let nowMs = 0
      let lostAtMs: number | null = null
      let freeAtMs = 0
      for (const { alerts, lost, muted, audible, ms } of steps) {
        nowMs += ms
        lostAtMs = lost ? (lostAtMs ?? nowMs) : null
        const mutedUntilMs = muted ? nowMs + 1 : -Infinity
        const { memory: next, play, silence } = nextSound(memory, { alerts, lostAtMs, mutedUntilMs, audible }, nowMs)
        memory = next
        if (silence) freeAtMs = nowMs
        if (play === null) continue
        expect(audible && !muted).toBe(true)
        expect(nowMs).toBeGreaterThanOrEqual(freeAtMs)
        freeAtMs = nowMs + lengthOf(play)
        const waits = (severity: string) =>
          alerts?.some((one) => one.severity === severity && one.acknowledgedUtcMs === null)
        if (play === 'lost') expect(lost).toBe(true)
        else expect(waits(play)).toBe(true)
      }
    }),
  )
})

test('the patterns differ in rhythm, in pitch and in the sound of their tones', () => {
  const of = (pick: (pattern: Pattern) => unknown) => new Set(patterns.map((pattern) => JSON.stringify(pick(pattern))))
  expect(of((pattern) => notesOf[pattern].length).size).toBe(patterns.length)
  expect(of((pattern) => notesOf[pattern][0]?.wave).size).toBe(patterns.length)
  expect(of((pattern) => notesOf[pattern].map(({ hz }) => hz)).size).toBe(patterns.length)
  for (const pattern of patterns) {
    // Tones of one pattern come one after the other.
    const notes = notesOf[pattern]
    for (const [index, { atMs }] of notes.entries())
      if (index > 0)
        expect(atMs).toBeGreaterThanOrEqual((notes[index - 1]?.atMs ?? 0) + (notes[index - 1]?.lengthMs ?? 0))
    expect(lengthOf(pattern)).toBeLessThan(2_000)
  }
})
