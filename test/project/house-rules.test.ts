import { expect, test } from 'vitest'
import { houseProblems, textProblems } from '../../scripts/house-rules.ts'

test('the house rules hold', () => {
  expect(houseProblems()).toEqual([])
})

const bad = (...parts: string[]) => parts.join('')

test.each([
  ['gateway/alerts/a.ts', bad('const now = Date', '.now()'), 1],
  ['gateway/alerts/a.ts', bad('set', 'Timeout(() => tick(), 5)'), 1],
  ['gateway/alerts/a.ts', bad('new Date', '()'), 1],
  ['gateway/alerts/a.ts', 'new Date(utcMs)', 0],
  ['gateway/lib/clock.ts', bad('now: () => Date', '.now()'), 0],
  ['gateway/alerts/a.ts', '// Date.now is not used here', 0],
  ['gateway/alerts/a.ts', bad('process', '.env.HOME'), 1],
  ['gateway/alerts/a.ts', 'area.process.kind', 0],
  ['gateway/main.ts', bad('process', '.env.HOME'), 0],
  ['gateway/domain/a.ts', bad('Math', '.random()'), 1],
  ['scripts/a.ts', bad('work() // TO', 'DO later'), 1],
  ['scripts/a.ts', bad('// TO', 'DO later'), 1],
  ['test/a.test.ts', bad('test', '.only("x", () => {})'), 1],
  ['test/a.test.ts', bad('vi', '.mock("mqtt")'), 1],
  ['gateway/alerts/a.ts', bad('try { work() } catch', ' {}'), 1],
  ['gateway/alerts/a.ts', bad('work().catch', '(() => {})'), 1],
  ['gateway/alerts/a.ts', bad('const x = y as a', 'ny'), 1],
  ['gateway/alerts/a.ts', 'x\n'.repeat(300), 0],
  ['gateway/alerts/a.ts', 'x\n'.repeat(301), 1],
  ['scripts/a.ts', 'x\n'.repeat(301), 0],
])('rule for %s, row %$', (file, text, problems) => {
  expect(textProblems(file, text)).toHaveLength(problems)
})
