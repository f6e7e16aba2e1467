import { expect, test } from 'vitest'
import { screenState } from '../../dashboard/system/screens.tsx'
import type { Screen } from '../../gateway/contract/wall.ts'
import { minutes, seconds } from '../../gateway/domain/units.ts'

const now = Date.UTC(2026, 10, 3, 2)
const screen: Screen = {
  id: 'scr-1',
  name: '大厅',
  areaIds: null,
  createdUtcMs: now - minutes(600),
  createdBy: 'admin',
  seenUtcMs: null,
  address: null,
  revokedUtcMs: null,
  revokedBy: null,
}

test.each([
  ['waiting', {}],
  ['online', { seenUtcMs: now - seconds(119) }],
  ['online', { seenUtcMs: now + seconds(5) }],
  ['away', { seenUtcMs: now - minutes(2) }],
  ['revoked', { seenUtcMs: now - seconds(5), revokedUtcMs: now, revokedBy: 'admin' }],
  ['revoked', { revokedUtcMs: now, revokedBy: 'admin' }],
] as const)('a screen is %s: %j', (state, facts) => {
  expect(screenState({ ...screen, ...facts }, now)).toBe(state)
})
