import { type Signal, signal } from '@preact/signals'
import type { NewWallView, PatchWallView, WallSettings, WallView, Walls } from '../../gateway/contract/wall.ts'
import { type Millis, seconds } from '../../gateway/domain/units.ts'
import type { Role } from '../../gateway/domain/words.ts'
import { type ApiProblem, toProblem } from '../api/request.ts'
import { beginning, type Kept, keep, readKept, readOldChoice, startSettings } from './settings.ts'

const saveAfterMs: Millis = seconds(1)
const retryLeastMs: Millis = seconds(2)
const retryMostMs: Millis = seconds(60)
const oldKey = 'zone-gateway.wall'

export type Saving =
  | { readonly kind: 'saved' }
  /** Changed, or under way. */
  | { readonly kind: 'waiting' }
  /** Kept in this browser; `again`: tried again by itself. */
  | { readonly kind: 'failed'; readonly problem: ApiProblem; readonly again: boolean }

export interface StoreTools {
  readonly api: {
    walls(signal: AbortSignal): Promise<Walls>
    saveWall(settings: WallSettings): Promise<WallSettings>
    addView(view: NewWallView): Promise<WallView>
    changeView(id: string, change: PatchWallView): Promise<WallView>
    removeView(id: string): Promise<void>
  }
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Runs later. @returns a function that prevents it */
  readonly later: (afterMs: Millis, run: () => void) => () => void
  /** Whose wall it is: several people may use one browser. */
  readonly person: { readonly user: string; readonly role: Role }
}

export interface WallStore {
  readonly settings: Signal<WallSettings>
  readonly views: Signal<readonly WallView[]>
  /** False until the gateway or this browser said how the wall looks: before that no player should begin. */
  readonly known: Signal<boolean>
  readonly saving: Signal<Saving>
  change(next: Partial<WallSettings>): void
  /** Asks and saves again at once, e.g. when the gateway is back. */
  retry(): void
  addView(view: Omit<NewWallView, 'settings'>): Promise<void>
  changeView(id: string, change: PatchWallView): Promise<void>
  removeView(id: string): Promise<void>
  /** Saves what is not yet saved, and stops. */
  end(): void
}

/** The wall of one person: shown at once, saved a second after the last change, kept in this browser until the gateway has it. */
export function wallStore({ api, storage, later, person }: StoreTools): WallStore {
  const key = `${oldKey}.${person.user}`
  const kept = readKept(storage.getItem(key))
  const settings = signal(kept?.settings ?? startSettings)
  const views = signal<readonly WallView[]>([])
  const known = signal(kept !== null)
  const saving = signal<Saving>(kept?.unsaved ? { kind: 'waiting' } : { kind: 'saved' })
  const leaving = new AbortController()
  let forget = (): void => undefined
  let tries = 0
  let loaded = false
  let underWay = false
  let changed = kept?.unsaved ?? false

  const remember = (next: Kept): void => storage.setItem(key, keep(next))
  const plan = (afterMs: Millis, run: () => Promise<void>): void => {
    forget()
    if (!leaving.signal.aborted) forget = later(afterMs, () => void run())
  }
  const failed = (thrown: unknown, again: () => Promise<void>): void => {
    const problem = toProblem(thrown)
    // What was refused for what it says is refused again; the next change may be better.
    const hopeless = problem.status >= 400 && problem.status < 500 && problem.status !== 429
    saving.value = { kind: 'failed', problem, again: !hopeless }
    if (!hopeless) plan(Math.min(retryMostMs, retryLeastMs * 2 ** tries++), again)
  }

  const save = async (): Promise<void> => {
    if (!changed || underWay) return
    const sent = settings.peek()
    underWay = true
    try {
      await api.saveWall(sent)
      tries = 0
      storage.removeItem(oldKey)
      if (settings.peek() === sent) {
        changed = false
        remember({ settings: sent, unsaved: false })
        saving.value = { kind: 'saved' }
      } else plan(saveAfterMs, save)
    } catch (thrown) {
      failed(thrown, save)
    } finally {
      underWay = false
    }
  }
  const load = async (): Promise<void> => {
    try {
      const walls = await api.walls(leaving.signal)
      loaded = true
      tries = 0
      views.value = walls.views
      const start = changed
        ? { settings: settings.peek(), unsaved: true }
        : beginning(walls, person.role, null, readOldChoice(storage.getItem(oldKey)))
      changed = start.unsaved
      settings.value = start.settings
      known.value = true
      remember(start)
      saving.value = { kind: changed ? 'waiting' : 'saved' }
      if (changed) plan(0, save)
    } catch (thrown) {
      if (leaving.signal.aborted) return
      known.value = true
      failed(thrown, load)
    }
  }
  const next = (): Promise<void> => (loaded ? save() : load())
  void load()

  return {
    settings,
    views,
    known,
    saving,
    change(part) {
      settings.value = { ...settings.peek(), ...part }
      changed = true
      tries = 0
      remember({ settings: settings.peek(), unsaved: true })
      saving.value = { kind: 'waiting' }
      plan(saveAfterMs, next)
    },
    retry() {
      if (saving.peek().kind !== 'failed') return
      tries = 0
      plan(0, next)
    },
    async addView(view) {
      const added = await api.addView({ ...view, settings: settings.peek() })
      views.value = [...views.peek(), added].toSorted((a, b) => Number(a.role !== null) - Number(b.role !== null))
    },
    async changeView(id, change) {
      const after = await api.changeView(id, change)
      views.value = views.peek().map((view) => (view.id === id ? after : view))
    },
    async removeView(id) {
      await api.removeView(id)
      views.value = views.peek().filter((view) => view.id !== id)
    },
    end() {
      if (changed) void save()
      leaving.abort()
      forget()
    },
  }
}
