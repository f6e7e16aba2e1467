import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { accounts } from '../../gateway/access/accounts.ts'
import { NewWallView, WallSettings } from '../../gateway/contract/wall.ts'
import type { PersonRole } from '../../gateway/domain/words.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore } from '../../gateway/store/open.ts'
import { wallBook } from '../../gateway/walls/walls.ts'
import { manualClock } from '../http/manual-clock.ts'
import { tempFolder } from '../support/temp.ts'

const settings: WallSettings = {
  layout: '1+5',
  group: { by: 'kind', kind: 'process' },
  troubleFirst: false,
  sequence: ['cam-2', 'cam-gone', 'cam-1'],
  tourSeconds: 20,
  together: true,
  alertsToFront: false,
}
const other: WallSettings = { ...settings, layout: '9', sequence: [] }

async function open() {
  const clock = manualClock()
  const tools = { clock, log: openLog('silent') }
  const store = openStore(join(tempFolder('walls'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  const people = accounts({ store, tools })
  const person = async (user: string, role: PersonRole) => {
    const { id } = await people.add({ user, name: user, role, password: 'long enough' })
    return { accountId: id, user, role }
  }
  const [wang, li, chen, root] = [
    await person('wang', 'office'),
    await person('li', 'office'),
    await person('chen', 'regulator'),
    await person('root', 'admin'),
  ]
  return { clock, wang, li, chen, root, walls: wallBook({ store, tools }) }
}
const names = ({ views }: { views: { name: string }[] }) => views.map(({ name }) => name)
const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code })

test('everybody finds the wall as they left it, cameras that are gone included', async () => {
  const { walls, wang, li } = await open()
  expect(walls.of(wang)).toEqual({ current: null, views: [] })
  walls.keep(wang, other)
  walls.keep(wang, settings)
  expect([walls.of(wang).current, walls.of(li).current]).toEqual([settings, null])
})

test('own walls are one’s own, those of a role everybody’s of that role; administrators see all of these', async () => {
  const { walls, wang, li, chen, root } = await open()
  walls.add(wang, { name: '夜班', role: null, settings })
  walls.add(root, { name: '早班', role: 'office', settings: other })
  walls.add(root, { name: '抽查', role: 'regulator', settings: other })
  walls.add(root, { name: '大屏', role: 'screen', settings: other })
  expect(names(walls.of(wang))).toEqual(['夜班', '早班'])
  expect([names(walls.of(li)), names(walls.of(chen))]).toEqual([['早班'], ['抽查']])
  expect(names(walls.of({ accountId: 'scr-1', user: 'screen:1', role: 'screen' }))).toEqual(['大屏'])
  expect(names(walls.of(root)).toSorted()).toEqual(['大屏', '抽查', '早班'].toSorted())
})

test('only administrators keep a wall for a role', async () => {
  const { walls, wang } = await open()
  const add = () => walls.add(wang, { name: 'x', role: 'office', settings })
  expect(add).toThrow(refusal('denied', 'forbidden'))
})

test('a wall is changed and removed by its owner, a role’s by administrators, and by nobody else', async () => {
  const { walls, wang, li, root, clock } = await open()
  const own = walls.add(wang, { name: '夜班', role: null, settings })
  const shared = walls.add(root, { name: '早班', role: 'office', settings })
  for (const [person, id] of [
    [li, own.id],
    [root, own.id],
    [wang, shared.id],
  ] as const) {
    expect(() => walls.change(person, id, { name: 'x' })).toThrow(refusal('denied', 'wall-not-yours'))
    expect(() => walls.remove(person, id)).toThrow(refusal('denied', 'wall-not-yours'))
  }
  await clock.jump(1_000)
  expect(walls.change(wang, own.id, { name: '新' })).toEqual({ ...own, name: '新', changedUtcMs: clock.now() })
  expect(walls.change(root, shared.id, { settings: other })).toMatchObject({ name: '早班', settings: other })
  walls.remove(wang, own.id)
  walls.remove(root, shared.id)
  expect(walls.of(wang).views).toEqual([])
  expect(() => walls.remove(wang, own.id)).toThrow(refusal('missing', 'wall-missing'))
  expect(() => walls.change(wang, own.id, {})).toThrow(refusal('missing', 'wall-missing'))
})

test('50 walls a person, and 50 a role', async () => {
  const { walls, wang, li, root } = await open()
  for (let i = 0; i < 50; i++) walls.add(wang, { name: `n${i}`, role: null, settings })
  expect(() => walls.add(wang, { name: 'x', role: null, settings })).toThrow(refusal('conflict', 'walls-too-many'))
  walls.add(li, { name: 'x', role: null, settings })
  for (let i = 0; i < 50; i++) walls.add(root, { name: `r${i}`, role: 'office', settings })
  expect(() => walls.add(root, { name: 'x', role: 'office', settings })).toThrow(refusal('conflict', 'walls-too-many'))
  walls.add(root, { name: 'x', role: 'ops', settings })
})

test.each([
  ['a layout of another name', { layout: '2' }],
  ['a tour without a pause', { tourSeconds: 4 }],
  ['a sequence without end', { sequence: Array.from({ length: 501 }, (_, i) => `cam-${i}`) }],
  ['an id that is none', { sequence: ['../x'] }],
  ['a group of nothing', { group: { by: 'workshop' } }],
  ['more than there is', { colour: 'red' }],
])('refused: %s', (_name, wrong) => {
  expect(WallSettings.safeParse(settings).success).toBe(true)
  expect(WallSettings.safeParse({ ...settings, ...wrong }).success).toBe(false)
  expect(NewWallView.safeParse({ name: 'n', role: null, settings: { ...settings, ...wrong } }).success).toBe(false)
})
