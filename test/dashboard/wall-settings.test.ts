import { afterEach, describe, expect, test, vi } from 'vitest'
import type { WallSettings, WallView, Walls } from '../../gateway/contract/wall.ts'
import { ApiProblem } from '../../dashboard/api/request.ts'
import { beginning, keep, openView, readKept, readOldChoice, startSettings } from '../../dashboard/wall/settings.ts'
import { type StoreTools, wallStore } from '../../dashboard/wall/settings-store.ts'

afterEach(() => void vi.restoreAllMocks())

const nine: WallSettings = { ...startSettings, layout: '9', group: { by: 'kind', kind: 'store' }, sequence: ['b', 'a'] }
const view = (id: string, role: WallView['role'], settings: WallSettings): WallView => ({
  id,
  name: id,
  role,
  settings,
  changedUtcMs: 1,
  changedBy: 'somebody',
})

describe('what this browser kept', () => {
  test('is read as it was kept', () => {
    const settings: WallSettings = { ...nine, group: { by: 'workshop', id: 'w1' }, tourSeconds: 30, together: true }
    expect(readKept(keep({ settings, unsaved: true }))).toEqual({ settings, unsaved: true })
    expect(readKept(null)).toBeNull()
  })

  test.each([
    ['{"settings":{"layout":"49","group":{"by":"moon"},"tourSeconds":2,"sequence":["a",1]},"unsaved":"yes"}'],
    ['{"settings":{"group":null,"tourSeconds":1e9,"sequence":["a"],"troubleFirst":1}}'],
  ])('with start values for what is not understood in %s', (stored) => {
    expect(readKept(stored)).toEqual({ settings: { ...startSettings, sequence: ['a'] }, unsaved: false })
  })

  test.each(['', '{', 'null', '[]', '7'])('is nothing, or the start, in %j', (stored) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    expect(readKept(stored)?.settings ?? startSettings).toEqual(startSettings)
  })

  test.each([
    ['9 trouble', { layout: '9', troubleFirst: true }],
    ['auto place', { layout: 'auto', troubleFirst: false }],
    ['49 place', null],
    [null, null],
  ])('in the old way: %j', (stored, expected) => {
    expect(readOldChoice(stored)).toEqual(expected)
  })
})

describe('the wall begins with', () => {
  const ofRole = view('role', 'office', { ...startSettings, layout: '16' })
  const walls = (current: WallSettings | null): Walls => ({ current, views: [view('own', null, nine), ofRole] })
  const unsaved = { settings: nine, unsaved: true }
  const old = { layout: '4', troubleFirst: true } as const
  test.each([
    ['a change that was not saved', walls(startSettings), unsaved, old, unsaved],
    ['what the gateway has', walls(nine), { ...unsaved, unsaved: false }, old, { settings: nine, unsaved: false }],
    [
      'the old choice, told to the gateway',
      walls(null),
      null,
      old,
      { settings: { ...ofRole.settings, ...old }, unsaved: true },
    ],
    ['the first view of the role', walls(null), null, null, { settings: ofRole.settings, unsaved: false }],
    ['the start', { current: null, views: [] }, null, null, { settings: startSettings, unsaved: false }],
  ])('%s', (_, from, kept, oldChoice, expected) => {
    expect(beginning(from, 'office', kept, oldChoice)).toEqual(expected)
  })

  test('a view is open when it shows the same, in whatever order its fields came', () => {
    const { layout, ...rest } = nine
    const views = [ofRole, view('nine', null, { ...rest, layout })]
    expect(openView(views, nine)?.id).toBe('nine')
    expect(openView(views, { ...nine, sequence: ['a', 'b'] })).toBeUndefined()
  })
})

/** A gateway, a browser's store and a clock that the test owns. */
function fakes(current: WallSettings | null = null, stored: Record<string, string> = {}) {
  const storage = new Map(Object.entries(stored))
  const due: { atMs: number; run: () => void }[] = []
  let nowMs = 0
  let down: ApiProblem | null = null
  const saves: WallSettings[] = []
  const answer = async <Value>(value: Value): Promise<Value> => {
    await Promise.resolve()
    if (down !== null) throw down
    return value
  }
  const tools: StoreTools = {
    api: {
      walls: () => answer({ current, views: [] }),
      saveWall: async (settings) => {
        await answer(null)
        saves.push(settings)
        return settings
      },
      addView: ({ name, role, settings }) => answer(view(name, role, settings)),
      changeView: (id, change) => answer({ ...view(id, null, startSettings), ...change }),
      removeView: () => answer(undefined),
    },
    storage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    },
    later: (afterMs, run) => {
      const one = { atMs: nowMs + afterMs, run }
      due.push(one)
      return () => {
        if (due.includes(one)) due.splice(due.indexOf(one), 1)
      }
    },
    person: { user: 'desk', role: 'office' },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    tools,
    storage,
    saves,
    due,
    breaks(problem: { code: string; status: number } | null) {
      down = problem === null ? null : new ApiProblem({ ...problem, detail: problem.code })
    },
    settle,
    async pass(ms: number) {
      const untilMs = nowMs + ms
      for (;;) {
        await settle()
        const next = due.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        nowMs = next.atMs
        due.splice(due.indexOf(next), 1)
        next.run()
      }
      nowMs = untilMs
    },
  }
}
const away = { code: 'gateway-away', status: 0 }

describe('the store', () => {
  test('shows what the gateway has, and saves nothing by itself', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    expect(store.known.value).toBe(false)
    await fake.pass(10_000)
    expect(store.known.value).toBe(true)
    expect(store.settings.value).toEqual(nine)
    expect(fake.saves).toEqual([])
  })

  test('saves once, a second after the last of several changes', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    store.change({ layout: '4' })
    await fake.pass(900)
    store.change({ together: true })
    expect(store.saving.value.kind).toBe('waiting')
    await fake.pass(900)
    expect(fake.saves).toEqual([])
    await fake.pass(200)
    expect(fake.saves).toEqual([{ ...nine, layout: '4', together: true }])
    expect(store.saving.value.kind).toBe('saved')
  })

  test('a save that fails is told, tried again less and less often, and kept for the next visit', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    fake.breaks(away)
    store.change({ layout: '4' })
    await fake.pass(1_000)
    expect(store.saving.value).toMatchObject({ kind: 'failed', again: true, problem: { code: 'gateway-away' } })
    expect(store.settings.value.layout).toBe('4')
    await fake.pass(2_000)
    expect(fake.due.map(({ atMs }) => atMs)).toEqual([7_000])

    fake.breaks(null)
    const next = fakes(nine, Object.fromEntries(fake.storage))
    const later = wallStore(next.tools)
    expect(later.settings.value.layout).toBe('4')
    await next.pass(0)
    expect(next.saves.map(({ layout }) => layout)).toEqual(['4'])
    await fake.pass(10_000)
    expect(fake.saves.map(({ layout }) => layout)).toEqual(['4'])
    expect(store.saving.value.kind).toBe('saved')
  })

  test('when the gateway is back it is saved at once', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    fake.breaks(away)
    store.change({ layout: '4' })
    await fake.pass(30_000)
    fake.breaks(null)
    store.retry()
    await fake.pass(0)
    expect(fake.saves).toHaveLength(1)
  })

  test('what is refused for what it says is told and not sent again; the next change is', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    fake.breaks({ code: 'request-invalid', status: 400 })
    store.change({ layout: '4' })
    await fake.pass(60_000)
    expect(store.saving.value).toMatchObject({ kind: 'failed', again: false })
    expect(fake.due).toEqual([])
    fake.breaks(null)
    store.change({ layout: '9' })
    await fake.pass(1_000)
    expect(fake.saves.map(({ layout }) => layout)).toEqual(['9'])
  })

  test('without an answer the wall stands as this browser kept it; what the gateway has comes when it answers', async () => {
    const fake = fakes(startSettings, { 'zone-gateway.wall.desk': keep({ settings: nine, unsaved: false }) })
    fake.breaks(away)
    const store = wallStore(fake.tools)
    expect([store.known.value, store.settings.value.layout]).toEqual([true, '9'])
    await fake.pass(1_000)
    expect(store.saving.value.kind).toBe('failed')
    fake.breaks(null)
    await fake.pass(2_000)
    expect(store.settings.value.layout).toBe('auto')
    expect(store.saving.value.kind).toBe('saved')
    expect(fake.saves).toEqual([])
  })

  test('a change before the gateway ever answered is saved, not overwritten by what it had', async () => {
    const fake = fakes(nine)
    fake.breaks(away)
    const store = wallStore(fake.tools)
    await fake.settle()
    store.change({ layout: '25' })
    fake.breaks(null)
    await fake.pass(5_000)
    expect(store.settings.value.layout).toBe('25')
    expect(fake.saves.map(({ layout }) => layout)).toEqual(['25'])
  })

  test('a change while an older one is being saved is saved after it', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    store.change({ layout: '4' })
    await fake.pass(999)
    const passing = fake.pass(1)
    store.change({ layout: '16' })
    await passing
    await fake.pass(5_000)
    expect(fake.saves.at(-1)?.layout).toBe('16')
    expect(store.saving.value.kind).toBe('saved')
  })

  test('the old choice is taken over once, and forgotten when the gateway has it', async () => {
    const fake = fakes(null, { 'zone-gateway.wall': '16 trouble' })
    const store = wallStore(fake.tools)
    await fake.pass(0)
    expect(fake.saves).toEqual([{ ...startSettings, layout: '16', troubleFirst: true }])
    expect(store.settings.value.layout).toBe('16')
    expect(fake.storage.has('zone-gateway.wall')).toBe(false)
  })

  test('each person has a wall of their own in one browser', () => {
    const fake = fakes(null, { 'zone-gateway.wall.other': keep({ settings: nine, unsaved: true }) })
    expect(wallStore(fake.tools).settings.value).toEqual(startSettings)
  })

  test('when it ends, what is not yet saved is sent, and nothing more', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    store.change({ layout: '4' })
    store.end()
    await fake.settle()
    expect(fake.saves.map(({ layout }) => layout)).toEqual(['4'])
    expect(fake.due).toEqual([])
  })

  test('views are kept, changed and removed; own ones stand first', async () => {
    const fake = fakes(nine)
    const store = wallStore(fake.tools)
    await fake.settle()
    await store.addView({ name: 'all', role: 'office' })
    await store.addView({ name: 'mine', role: null })
    expect(store.views.value.map(({ id }) => id)).toEqual(['mine', 'all'])
    expect(store.views.value[0]?.settings).toEqual(nine)
    await store.changeView('mine', { name: 'better' })
    expect(store.views.value[0]?.name).toBe('better')
    await store.removeView('mine')
    expect(store.views.value.map(({ id }) => id)).toEqual(['all'])
    fake.breaks({ code: 'wall-not-yours', status: 403 })
    await expect(store.removeView('all')).rejects.toMatchObject({ code: 'wall-not-yours' })
    expect(store.views.value).toHaveLength(1)
  })
})
