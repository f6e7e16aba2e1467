import { computed, effect, signal, untracked } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Session } from '../../gateway/contract/access.ts'
import { type Millis, seconds } from '../../gateway/domain/units.ts'
import type { Gateway } from '../shell/gateway.ts'
import { watchActivity } from './activity.ts'
import { type AudioPort, type AudioState, webAudio } from './audio.ts'
import { frontAlerts, isWaiting } from './front-camera.ts'
import { closeFront, type FrontAlert, nextFront, nothingInFront, offered, showAlert } from './front.ts'
import { notesOf, type Pattern } from './patterns.ts'
import { isOn, muteMs, readShift, type Shift, silenceOf, writeShift } from './shift.ts'
import { nextSound, nothingHeard } from './sound-plan.ts'

const tickMs: Millis = 250
/** Whoever touched nothing for so long does not mind another picture. */
const busyMs: Millis = seconds(10)

type Known = Pick<Gateway, 'stores' | 'connection' | 'nowUtcMs'>

/**
 * What this page does about alerts while one person is signed in: sounds, and the camera that comes to the front. Does nothing until
 * `run`. Its clock is the browser's monotonic one.
 */
export function createWatch({ stores, connection, nowUtcMs }: Known, session: Session, open = webAudio) {
  const screen = session.role === 'screen'
  /** Sounds are for those who can do something about an alert, and for walls that nobody sits at. */
  const hears = screen || session.permissions.includes('acknowledge')
  const audio = signal<AudioPort | null>(null)
  const audioState = computed<AudioState>(() => audio.value?.state.value ?? 'starting')
  const shift = signal<Shift | null>(readShift(sessionStorage, session.user))
  const testing = signal(false)
  const mutedUntilMs = signal<Millis>(-Infinity)
  /** Whole seconds, so that a page that shows it is drawn once a second. */
  const mutedForMs = signal<Millis>(0)
  const front = signal(nothingInFront)
  const busy = signal(false)
  /** How many panels are in somebody's hands: cameras being turned, replays being seen. */
  const hands = signal(0)
  /** Does an open wall bring alerts to the front? */
  const toFront = signal(false)
  let memory = nothingHeard
  let usedAtMs: Millis = -Infinity
  let lostAtMs: Millis | null = null

  const sound = (nowMs: Millis): void => {
    const started = screen || isOn(shift.peek(), nowUtcMs.peek())
    const audible = audioState.peek() === 'running' && started && !testing.peek()
    const facts = { alerts: stores.openAlerts.peek(), lostAtMs, mutedUntilMs: mutedUntilMs.peek(), audible }
    const step = nextSound(memory, facts, nowMs)
    memory = step.memory
    if (step.silence && !testing.peek()) audio.peek()?.silence()
    if (step.play !== null) audio.peek()?.play(notesOf[step.play])
  }
  const bring = (nowMs: Millis): void => {
    const [alerts, cameras] = [stores.openAlerts.peek(), stores.cameras.value.peek()]
    busy.value = hands.peek() > 0 || nowMs - usedAtMs < busyMs
    front.value = nextFront(
      front.peek(),
      {
        alerts: alerts === null || cameras === null ? null : frontAlerts(alerts, cameras, session.areaIds),
        waiting: new Set((alerts ?? []).filter(isWaiting).map((one) => one.id)),
        enabled: toFront.peek(),
        busy: busy.peek(),
      },
      nowMs,
    )
  }
  const tick = (): void => {
    const nowMs = performance.now()
    mutedForMs.value = Math.max(0, Math.ceil((mutedUntilMs.peek() - nowMs) / 1_000) * 1_000)
    if (hears) sound(nowMs)
    bring(nowMs)
  }
  const mute = (on: boolean): void => {
    mutedUntilMs.value = on ? performance.now() + muteMs : -Infinity
    tick()
  }

  return {
    hears,
    audioState,
    shift,
    mutedForMs,
    front,
    hands,
    toFront,
    /** Why alerts cannot be heard; null when they can, and for those who need not hear them. */
    silence: computed(() =>
      hears
        ? silenceOf({
            audio: audioState.value,
            shift: shift.value,
            mutedForMs: mutedForMs.value,
            nowUtcMs: nowUtcMs.value,
            screen,
          })
        : null,
    ),
    /** What waits for a person who is busy. */
    offer: computed(() => offered(front.value, busy.value)),
    mute,
    show(alert: FrontAlert): void {
      front.value = showAlert(front.peek(), alert, performance.now())
    },
    close(): void {
      front.value = closeFront(front.peek(), performance.now())
    },
    /** To be called from a click: asks the browser to let the page sound. */
    unlock: async (): Promise<void> => audio.peek()?.resume(),
    /** Plays one pattern of the test; nothing else sounds until `endTest`. */
    test(pattern: Pattern): void {
      testing.value = true
      audio.peek()?.silence()
      audio.peek()?.play(notesOf[pattern])
    },
    /** @param heard what the person said; null when he did not say */
    endTest(heard: boolean | null): void {
      testing.value = false
      audio.peek()?.silence()
      if (heard === null) return
      shift.value = { startedUtcMs: nowUtcMs.peek(), heard }
      writeShift(sessionStorage, session.user, { startedUtcMs: nowUtcMs.peek(), heard })
    },
    /** Sounds and brings to the front until `signal` aborts. */
    run(signal: AbortSignal): void {
      const made = hears ? open() : null
      audio.value = made
      const stop = effect(() => {
        void [stores.openAlerts.value, stores.cameras.value.value, audioState.value]
        if (connection.value.kind !== 'lost') lostAtMs = null
        else lostAtMs ??= performance.now()
        untracked(tick)
      })
      const timer = setInterval(tick, tickMs)
      watchActivity((atMs) => {
        usedAtMs = atMs
        // A page that was loaded anew may sound again with the first click or key.
        if (audioState.peek() === 'blocked')
          made?.resume().catch((cause: unknown) => console.debug('no sound yet', cause))
      }, signal)
      signal.addEventListener('abort', () => {
        stop()
        clearInterval(timer)
        made?.close().catch((cause: unknown) => console.debug('the sound was closed already', cause))
      })
    },
  }
}
export type Watch = ReturnType<typeof createWatch>

export const WatchContext = createContext<Watch | null>(null)

export function useWatch(): Watch {
  const watch = useContext(WatchContext)
  if (watch === null) throw new Error('useWatch outside of a session')
  return watch
}
