import { describe, expect, test } from 'vitest'
import {
  consequences,
  hoursProblem,
  isWhole,
  keepingOf,
  keepingPatch,
  readClockTime,
  windowWords,
} from '../../dashboard/devices/keeping.ts'
import { fieldOf, momentOf, planStateOf, plansInOrder, usualPlan } from '../../dashboard/devices/plan.ts'
import { formatBytes } from '../../dashboard/i18n/numbers.ts'
import { factsText } from '../../dashboard/system/audit.tsx'
import { isGrave, useOf, warningsOf } from '../../dashboard/system/disk-use.ts'
import { daysText } from '../../dashboard/system/disks.tsx'
import { footageHref } from '../../dashboard/system/holds.tsx'
import { PatchCamera } from '../../gateway/contract/camera.ts'
import type { DiskState, PlannedOff } from '../../gateway/contract/footage.ts'
import { hours } from '../../gateway/domain/units.ts'
import { disksAt } from './fake-footage.ts'

const kept = { retentionDays: null, retentionBasis: null, disk: null, hours: null }
const same = keepingOf(kept)
const nights = [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }]

describe('how a camera is kept', () => {
  test.each([
    ['nothing', same, kept, {}],
    ['days', { ...same, days: '90' }, kept, { retentionDays: 90 }],
    ['days taken away', { ...same, days: ' ' }, { ...kept, retentionDays: 90 }, { retentionDays: null }],
    ['basis, without blanks', { ...same, basis: ' 第五十条 ' }, kept, { retentionBasis: '第五十条' }],
    ['disk', { ...same, disk: 'yard' }, kept, { disk: 'yard' }],
    ['hours', { ...same, hours: nights }, kept, { hours: nights }],
    [
      'hours as they are typed',
      { ...same, hours: [{ days: [6], from: '6:00', to: '2200' }] },
      kept,
      { hours: [{ days: [6], from: '06:00', to: '22:00' }] },
    ],
    ['hours taken away', same, { ...kept, hours: nights }, { hours: null }],
    ['the same hours', { ...same, hours: nights }, { ...kept, hours: structuredClone(nights) }, {}],
  ])('%s', (_, keeping, camera, patch) => {
    expect(keepingPatch(keeping, camera)).toEqual(patch)
    expect(PatchCamera.safeParse(patch).success).toBe(true)
  })

  test.each([
    ['nothing', same, kept, []],
    ['shorter', { ...same, days: '10' }, kept, [/缩短：超过 10 天/]],
    ['longer', { ...same, days: '180' }, kept, [/从现在起保存 180 天/]],
    ['longer than before', { ...same, days: '20' }, { ...kept, retentionDays: 10 }, [/从现在起保存 20 天/]],
    ['default', same, { ...kept, retentionDays: 90 }, [/默认天数/]],
    ['another disk', { ...same, disk: 'yard' }, kept, [/新录像写到“yard”/]],
    ['the first disk by its name is no move', { ...same, disk: 'main' }, kept, []],
    ['hours', { ...same, hours: nights }, kept, [/以前的缺口不变/]],
  ])('a change says what it means: %s', (_, keeping, camera, says) => {
    const said = consequences(keeping, camera, { name: 'main', retentionDays: 30 })
    expect(said).toHaveLength(says.length)
    for (const [n, pattern] of says.entries()) expect(said[n]).toMatch(pattern)
  })
})

describe('declared hours', () => {
  test.each([
    [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }, '周一至周五 22:00 至次日 06:00'],
    [{ days: [7, 6, 5, 4, 3, 2, 1], from: '06:00', to: '22:00' }, '每天 06:00 至 22:00'],
    [{ days: [6, 7], from: '00:00', to: '00:00' }, '周六、周日 00:00 起 24 小时'],
    [{ days: [1, 3, 4, 5, 7], from: '08:00', to: '12:30' }, '周一、周三至周五、周日 08:00 至 12:30'],
  ])('%j', (window, sentence) => expect(windowWords(window)).toBe(sentence))

  test.each([
    ['6:00', '06:00'],
    ['0600', '06:00'],
    ['6：30', '06:30'],
    ['23.59', '23:59'],
    ['24:00', '24:00'],
    ['abc', 'abc'],
  ])('%s is read as %s', (typed, read) => expect(readClockTime(typed)).toBe(read))

  test('a window without days or with half a time is not saved', () => {
    expect(hoursProblem(null)).toBeUndefined()
    expect(hoursProblem(nights)).toBeUndefined()
    expect(hoursProblem([{ days: [], from: '06:00', to: '22:00' }])).toBe('每个时段至少选一天。')
    expect(isWhole({ days: [1], from: '06:00', to: '2' })).toBe(false)
  })
})

describe('planned off', () => {
  const now = Date.parse('2026-11-24T12:31:10+08:00')
  const plan = (id: string, from: number, to: number, cancelled: number | null = null): PlannedOff => ({
    id,
    cameraId: 'c1',
    fromUtcMs: now + hours(from),
    toUtcMs: now + hours(to),
    reason: '检修',
    createdUtcMs: now,
    createdBy: 'ops',
    cancelledUtcMs: cancelled === null ? null : now + hours(cancelled),
    cancelledBy: null,
  })
  test.each([
    [plan('a', -1, 1), 'running'],
    [plan('a', 1, 2), 'coming'],
    [plan('a', -2, -1), 'over'],
    [plan('a', -2, -1, -1), 'ended'],
    [plan('a', -1, -1, -2), 'dropped'],
  ] as const)('%#: %s', (one, state) => expect(planStateOf(one, now)).toBe(state))

  test('what runs stands first, then what comes, then what is over, the latest first', () => {
    const plans = [plan('old', -9, -8), plan('next', 1, 2), plan('over', -3, -2), plan('now', -1, 1)]
    expect(plansInOrder(plans, now).map(({ id }) => id)).toEqual(['now', 'next', 'over', 'old'])
  })

  test('times are of the site, and what is proposed begins from now on', () => {
    const { fromUtcMs, toUtcMs } = usualPlan(now)
    expect(fieldOf(fromUtcMs, 'Asia/Shanghai')).toBe('2026-11-24 12:35')
    expect(toUtcMs - fromUtcMs).toBe(hours(2))
    expect(usualPlan(fromUtcMs - 1_000).fromUtcMs).toBe(fromUtcMs + 300_000)
    expect(momentOf('2026-11-24 12:35', now, 'Asia/Shanghai')).toBe(fromUtcMs)
    expect(momentOf('12:35', now, 'Asia/Shanghai')).toBe(fromUtcMs)
    expect(momentOf('2026-13-24 12:35', now, 'Asia/Shanghai')).toBeUndefined()
    expect(momentOf('', now, 'Asia/Shanghai')).toBeUndefined()
  })
})

describe('disks', () => {
  const [main] = disksAt(0)
  if (main === undefined) throw new Error('no disk')
  const full = { code: 'disk-full', message: '' }
  test.each<[string, Partial<DiskState>, string[], boolean]>([
    ['works', {}, [], false],
    ['away', { trouble: { code: 'disk-away', message: '' }, freeBytes: null }, ['away'], true],
    ['unknown trouble', { trouble: { code: 'bug', message: 'x' } }, ['away'], true],
    ['full', { trouble: full, daysUntilFull: 0 }, ['full'], true],
    ['no room left', { daysUntilFull: 0 }, ['full'], true],
    ['in three days', { daysUntilFull: 3 }, ['soon'], true],
    ['in three weeks', { daysUntilFull: 21 }, ['soon'], false],
    ['mostly held', { heldBytes: main.footageBytes * 0.51 }, ['heldMost'], false],
    ['empty', { footageBytes: 0, heldBytes: 0 }, [], false],
  ])('%s', (_, more, warnings, grave) => {
    const disk = { ...main, ...more }
    expect(warningsOf(disk)).toEqual(warnings)
    expect(warnings.length > 0 && isGrave(warningsOf(disk)[0] ?? 'soon', disk)).toBe(grave)
  })

  test.each<[string, Partial<DiskState>]>([
    ['as it is', {}],
    ['footage not yet on the disk', { footageBytes: 9e12 }],
    ['more held than there is', { heldBytes: 9e12 }],
    ['more free than there is', { freeBytes: 9e12 }],
  ])('the parts of the bar add up to the disk: %s', (_, more) => {
    const use = useOf({ ...main, ...more })
    if (use === null) throw new Error('the disk is there')
    const { heldBytes, footageBytes, otherBytes, freeBytes, totalBytes } = use
    const parts = [heldBytes, footageBytes, otherBytes, freeBytes]
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
    expect(parts.reduce((sum, bytes) => sum + bytes, 0)).toBe(totalBytes)
  })

  test('of a disk that is away nothing is drawn', () => {
    expect(useOf({ ...main, totalBytes: null, freeBytes: null })).toBeNull()
  })

  test.each([
    [0, '0 小时'],
    [1.7, '40 小时'],
    [2, '2 天'],
    [29.99, '29 天'],
  ])('%d days are %s', (days, text) => expect(daysText(days)).toBe(text))

  test.each([
    [0, '0\u202fB'],
    [999, '999\u202fB'],
    [1_500, '1.50\u202fkB'],
    [6.4e12, '6.40\u202fTB'],
    [2e17, '200\u202fPB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

test('held footage opens in Playback, at most four cameras of it', () => {
  const fromUtcMs = Date.parse('2026-11-24T12:30:00+08:00')
  expect(footageHref({ cameraIds: ['a', 'b', 'c', 'd', 'e'], fromUtcMs }, 'Asia/Shanghai')).toBe(
    '/playback?camera=a,b,c,d&t=2026-11-24T12:30:00%2B08:00',
  )
})

test('facts of a hold are readable in the audit trail', () => {
  const facts = { cameraIds: ['c1', 'c2'], reason: '投诉', untilUtcMs: Date.parse('2026-12-24T12:30:00+08:00') }
  expect(factsText(facts)).toBe('摄像头: c1、c2 · 原因: 投诉 · 到期: 2026-12-24 12:30:00')
})
