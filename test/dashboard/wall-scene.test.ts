import {
  assert,
  boolean,
  constantFrom,
  nat,
  option,
  property,
  record,
  shuffledSubarray,
  string,
  uniqueArray,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { WallGroup, WallSettings } from '../../gateway/contract/wall.ts'
import type { AreaKind } from '../../gateway/domain/words.ts'
import type { Place } from '../../dashboard/api/places.ts'
import { countOf, mainsOf, withheldOf } from '../../dashboard/wall/board.ts'
import { groupKey, groupOf, groupsOf, inGroup } from '../../dashboard/wall/groups.ts'
import { layouts } from '../../dashboard/wall/layout.ts'
import { byTrouble, inSequence, swapped } from '../../dashboard/wall/order.ts'
import { byImportance, pictureHeightPx, type SceneFacts, sceneOf } from '../../dashboard/wall/scene.ts'
import { startSettings } from '../../dashboard/wall/settings.ts'
import { firstState, type PlayState } from '../../dashboard/live/play-state.ts'

type Status = Camera['state']['status']
const camera = (
  id: string,
  fields: { areaId?: string; status?: Status; sinceUtcMs?: number; enabled?: boolean } = {},
) => {
  const { areaId = 'hall', status = 'recording', sinceUtcMs = 1, enabled = status !== 'disabled' } = fields
  return {
    id,
    name: id,
    areaId,
    enabled,
    privacy: false,
    sub: { heightPx: 360 },
    state: { status, sinceUtcMs },
  } as Camera
}
const alert = (fields: Partial<Alert>) => ({ cameraId: null, areaId: null, severity: 'warning', ...fields }) as Alert
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).join(' ')

const place = (id: string, kind: AreaKind, workshop: string | null): Place =>
  ({
    area: { id, kind, name: id },
    workshop: workshop === null ? null : { id: workshop, name: workshop.toUpperCase() },
  }) as Place
const places = new Map([
  ['hall', place('hall', 'process', 'w1')],
  ['cold', place('cold', 'store', 'w1')],
  ['store', place('store', 'store', 'w2')],
  ['gate', place('gate', 'gate', null)],
])

describe('order', () => {
  test('those named come first, in the given order; the others follow as they are', () => {
    const wall = ['a', 'b', 'c', 'd'].map((id) => camera(id))
    expect(ids(inSequence(wall, ['c', 'gone', 'a']))).toBe('c a b d')
    expect(ids(inSequence(wall, []))).toBe('a b c d')
  })

  test('two change places; who is away keeps a place', () => {
    expect(swapped(['a', 'b', 'c'], [], 'a', 'c')).toEqual(['c', 'b', 'a'])
    expect(swapped(['b', 'a', 'c'], ['b', 'gone', 'a'], 'b', 'c')).toEqual(['c', 'a', 'b', 'gone'])
  })

  test('swapping twice changes nothing, and every camera stays once', () => {
    const list = uniqueArray(string({ minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 12 })
    assert(
      property(list, nat(11), nat(11), (all, i, j) => {
        const [a = '', b = ''] = [all[i % all.length], all[j % all.length]]
        const once = swapped(all, [], a, b)
        expect(once.toSorted()).toEqual(all.toSorted())
        expect(swapped(once, once, a, b)).toEqual(all)
      }),
    )
  })

  test('trouble comes first, the newest of those away before older; then warnings, then what is only beginning', () => {
    const wall = [
      camera('fine'),
      camera('off', { status: 'disabled' }),
      camera('old', { status: 'offline', sinceUtcMs: 10 }),
      camera('warm', { areaId: 'cold' }),
      camera('new', { status: 'offline', sinceUtcMs: 90 }),
      camera('soon', { status: 'connecting', sinceUtcMs: 5 }),
      camera('fine-too', { sinceUtcMs: 9 }),
      camera('hot', { areaId: 'gate' }),
    ]
    const open = [alert({ areaId: 'cold' }), alert({ areaId: 'gate' }), alert({ areaId: 'gate', severity: 'critical' })]
    expect(ids(byTrouble(wall, open))).toBe('new old hot warm soon fine fine-too off')
  })
})

describe('groups', () => {
  const wall = [
    camera('a', { areaId: 'hall' }),
    camera('b', { areaId: 'cold', status: 'offline' }),
    camera('c', { areaId: 'store' }),
    camera('d', { areaId: 'gate' }),
    camera('e', { areaId: 'nowhere', status: 'disabled' }),
  ]
  const open = [alert({ cameraId: 'c' }), alert({ cameraId: 'x', areaId: 'gate' }), alert({ areaId: 'nowhere' })]
  test.each<[WallGroup, string]>([
    [{ by: 'all' }, 'a b c d e'],
    [{ by: 'workshop', id: 'w1' }, 'a b'],
    [{ by: 'workshop', id: 'gone' }, ''],
    [{ by: 'kind', kind: 'store' }, 'b c'],
    // Another camera's alert is not this one's; who is switched off on purpose is no trouble.
    [{ by: 'trouble' }, 'b c'],
  ])('%o shows %s', (group, expected) => {
    expect(ids(wall.filter((one) => inGroup(group, one, places, open)))).toBe(expected)
    expect(groupOf(groupKey(group))).toEqual(group)
  })

  test('each is told with its number, and those without a camera are left out', () => {
    expect(groupsOf(wall, places, open)).toEqual({
      all: 5,
      trouble: 2,
      workshops: [
        { id: 'w1', name: 'W1', count: 2 },
        { id: 'w2', name: 'W2', count: 1 },
      ],
      kinds: [
        { kind: 'process', count: 1 },
        { kind: 'store', count: 2 },
        { kind: 'gate', count: 1 },
      ],
    })
  })

  test.each(['', 'nothing', 'kind:palace', 'workshop:'])('the key %j names nothing: all', (key) => {
    expect(groupOf(key)).toEqual({ by: 'all' })
  })
})

const twenty = Array.from({ length: 20 }, (_, n) => camera(`c${n}`))
const facts = (
  change: Partial<Omit<SceneFacts, 'settings'>> & { settings?: Partial<WallSettings> } = {},
): SceneFacts => ({
  cameras: twenty,
  open: [],
  places,
  sizePx: { width: 1_280, height: 720 },
  page: 0,
  chosenId: null,
  frontId: null,
  ahead: false,
  ...change,
  settings: { ...startSettings, ...change.settings },
})
const roles = (change: Parameters<typeof facts>[0], role: string) =>
  sceneOf(facts(change))
    .tiles.filter((tile) => tile.role === role)
    .map((tile) => `${tile.camera.id}@${tile.index}`)
    .join(' ')

describe('the scene', () => {
  test('a page shows its part; a page that is gone is the last one', () => {
    expect(roles({ settings: { layout: '9' }, page: 2 }, 'shown')).toBe('c18@0 c19@1')
    const scene = sceneOf(facts({ settings: { layout: '9' }, page: 7 }))
    expect([scene.at, scene.pages]).toEqual([2, 3])
  })

  test('one is large, the others of its page step aside, and go on playing', () => {
    expect(roles({ settings: { layout: '4' }, chosenId: 'c1' }, 'large')).toBe('c1@1')
    expect(roles({ settings: { layout: '4' }, chosenId: 'c1' }, 'aside')).toBe('c0@0 c2@2 c3@3')
  })

  test('an alert brings a camera to the front, also one of another page or group', () => {
    expect(roles({ settings: { layout: '4' }, frontId: 'c9' }, 'large')).toBe('c9@0')
    const scene = sceneOf(facts({ settings: { layout: '4', group: { by: 'workshop', id: 'w2' } }, frontId: 'c9' }))
    expect(scene.large?.id).toBe('c9')
  })

  test('where the layout has a large place, it takes that one, and the others stay', () => {
    const change = { settings: { layout: '1+5' as const }, frontId: 'c9' }
    expect(sceneOf(facts(change)).large).toBeNull()
    expect(roles(change, 'shown')).toBe('c0@1 c1@2 c2@3 c3@4 c4@5 c9@0')
    // The same when it is on the page already.
    expect(roles({ settings: { layout: '1+5' }, frontId: 'c3' }, 'shown')).toBe('c0@1 c1@2 c2@3 c3@0 c4@4 c5@5')
  })

  test('the next page is opened behind the one that is shown, at most 64 sockets together', () => {
    expect(roles({ settings: { layout: '9' }, page: 2, ahead: true }, 'ahead')).toBe(
      Array.from({ length: 9 }, (_, n) => `c${n}@${n}`).join(' '),
    )
    const many = Array.from({ length: 100 }, (_, n) => camera(`m${n}`))
    expect(sceneOf(facts({ cameras: many, ahead: true })).tiles).toHaveLength(64)
    expect(roles({ settings: { layout: '4' }, chosenId: 'c1', ahead: true }, 'ahead')).toBe('')
    expect(roles({ settings: { layout: '25' }, ahead: true }, 'ahead')).toBe('')
  })

  test('whatever is chosen, tiles stand in the order of the zone, each once, and none over another', () => {
    const choice = record({
      layout: constantFrom(...layouts),
      sequence: shuffledSubarray(twenty.map(({ id }) => id)),
      troubleFirst: boolean(),
      page: nat(6),
      chosenId: option(constantFrom('c0', 'c7', 'gone')),
      frontId: option(constantFrom('c3', 'c19')),
      ahead: boolean(),
    })
    assert(
      property(choice, ({ layout, sequence, troubleFirst, page, chosenId, frontId, ahead }) => {
        const scene = sceneOf(facts({ settings: { layout, sequence, troubleFirst }, page, chosenId, frontId, ahead }))
        const order = scene.tiles.map((tile) => twenty.indexOf(tile.camera))
        expect(order).toEqual([...new Set(order)].toSorted((a, b) => a - b))
        const shown = scene.tiles.filter(({ role }) => role === 'shown').map(({ cell }) => `${cell.column} ${cell.row}`)
        expect(new Set(shown).size).toBe(shown.length)
        expect(scene.tiles.filter(({ role }) => role === 'large')).toHaveLength(scene.large === null ? 0 : 1)
      }),
    )
  })
})

describe('main streams', () => {
  test.each([
    ['a picture that fills the area', { settings: { layout: '1' as const } }, 'c0'],
    // 360 lines of a sub stream are enough for a sixth of the screen.
    ['small ones', { settings: { layout: '16' as const } }, ''],
    ['the large place only', { settings: { layout: '1+7' as const } }, 'c0'],
    ['the enlarged one first', { settings: { layout: '16' as const }, chosenId: 'c5' }, 'c5'],
  ])('%s', (_, change, expected) => {
    const scene = sceneOf(facts(change))
    const seen = byImportance(scene.tiles.filter(({ role }) => role !== 'aside'))
    const mains = mainsOf(
      seen.map((tile) => ({ camera: tile.camera, heightPx: pictureHeightPx(tile, scene.plan, 720) })),
    )
    expect([...mains].join(' ')).toBe(expected)
  })

  test('never more than four', () => {
    expect(mainsOf(twenty.map((one) => ({ camera: one, heightPx: 2_000 }))).size).toBe(4)
  })
})

describe('what is withheld', () => {
  test.each([
    [{}, null, null],
    [{}, ['hall'], null],
    [{}, ['gate'], 'forbidden'],
    [{ privacy: true }, null, 'privacy'],
    [{ enabled: false, privacy: true }, null, 'disabled'],
    // Who may not see it need not learn more.
    [{ privacy: true }, ['gate'], 'forbidden'],
  ])('%o for areas %o: %s', (fields, areaIds, expected) => {
    expect(withheldOf({ ...camera('a'), ...fields }, areaIds)).toBe(expected)
  })

  test('only what should be live can be missing', () => {
    const tile = (state: Partial<PlayState>, withheld: 'privacy' | 'disabled' | null = null) => ({
      withheld,
      state: { value: { ...firstState, ...state } as PlayState } as Parameters<typeof countOf>[0][number]['state'],
    })
    const count = countOf([
      tile({ kind: 'live' }),
      tile({ kind: 'late' }),
      tile({ kind: 'connecting' }),
      tile({ kind: 'paused' }),
      tile({ kind: 'live' }, 'privacy'),
      tile({}, 'disabled'),
    ])
    expect([count.live, count.meant]).toEqual([1, 3])
    expect(Object.fromEntries(count.others)).toEqual({ late: 1, connecting: 1, paused: 1, privacy: 1, disabled: 1 })
  })
})
