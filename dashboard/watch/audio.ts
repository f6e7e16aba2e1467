import { type Signal, signal } from '@preact/signals'
import type { Millis } from '../../gateway/domain/units.ts'
import type { Note } from './patterns.ts'

/** `starting`: the browser has not said yet. `blocked`: it wants a click first. `none`: it has no way to sound. */
export type AudioState = 'none' | 'starting' | 'blocked' | 'running'

/** Where tones come out. */
export interface AudioPort {
  readonly state: Signal<AudioState>
  /** Asks the browser to let this page sound: it says yes after a click or a key, or when it was started for a screen. */
  resume(): Promise<void>
  play(notes: readonly Note[]): void
  silence(): void
  close(): Promise<void>
}

/** A browser that lets the page sound says so within this. */
const startMs: Millis = 1_500
/** Rise and fall of each tone, so that it does not click. */
const edgeS = 0.012

/** Tones of the browser's own oscillators; nothing is loaded. */
export function webAudio(): AudioPort {
  const context = 'AudioContext' in globalThis ? new AudioContext({ latencyHint: 'interactive' }) : undefined
  const state = signal<AudioState>(
    context === undefined ? 'none' : context.state === 'running' ? 'running' : 'starting',
  )
  const learn = (): void => {
    if (context !== undefined) state.value = context.state === 'running' ? 'running' : 'blocked'
  }
  context?.addEventListener('statechange', learn)
  const starting = setTimeout(learn, startMs)
  const sounding = new Set<{ end: () => void }>()

  const tone = (at: AudioContext, { atMs, lengthMs, hz, loudness, wave }: Note): void => {
    const fromS = at.currentTime + atMs / 1_000
    const toS = fromS + lengthMs / 1_000
    const level = at.createGain()
    level.gain.setValueAtTime(0, fromS)
    level.gain.linearRampToValueAtTime(loudness, fromS + edgeS)
    level.gain.setValueAtTime(loudness, toS - edgeS)
    level.gain.linearRampToValueAtTime(0, toS)
    const source = at.createOscillator()
    source.type = wave
    source.frequency.value = hz
    source.connect(level).connect(at.destination)
    const one = {
      end: () => {
        level.gain.cancelScheduledValues(0)
        level.gain.setValueAtTime(0, at.currentTime)
        source.stop()
      },
    }
    sounding.add(one)
    source.addEventListener('ended', () => {
      sounding.delete(one)
      level.disconnect()
    })
    source.start(fromS)
    source.stop(toS)
  }

  return {
    state,
    async resume() {
      if (context !== undefined && context.state !== 'running') await context.resume()
    },
    play(notes) {
      if (context !== undefined) for (const note of notes) tone(context, note)
    },
    silence() {
      for (const one of sounding) one.end()
    },
    async close() {
      clearTimeout(starting)
      if (context !== undefined && context.state !== 'closed') await context.close()
    },
  }
}
