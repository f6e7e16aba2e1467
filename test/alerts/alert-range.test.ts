import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alertTable } from '../../gateway/alerts/alert-table.ts'
import type { Alert, AlertQuery } from '../../gateway/contract/alert.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { openTempFolder } from '../support/temp.ts'

const blank: Alert = {
  id: '',
  ruleId: null,
  code: '',
  name: 'x',
  severity: 'warning',
  sensorId: null,
  cameraId: null,
  areaId: null,
  metric: null,
  unit: null,
  threshold: null,
  condition: null,
  value: null,
  worstValue: null,
  raisedUtcMs: 0,
  clearedUtcMs: null,
  acknowledgedUtcMs: null,
  acknowledgedBy: null,
  note: null,
}
/** Raised, cleared, acknowledged; each is a cause of its own. */
const alerts: readonly Partial<Alert>[] = [
  { id: 'early', raisedUtcMs: 100, clearedUtcMs: 200, acknowledgedUtcMs: 150, areaId: 'a-1' },
  { id: 'seen-late', raisedUtcMs: 300, clearedUtcMs: 400, acknowledgedUtcMs: 900, areaId: 'a-1', cameraId: 'c-1' },
  { id: 'unseen', raisedUtcMs: 500, clearedUtcMs: 600, areaId: 'a-2' },
  { id: 'lasting', raisedUtcMs: 700, acknowledgedUtcMs: 710, areaId: 'a-2', cameraId: 'c-2' },
]

let folder: ReturnType<typeof openTempFolder>
let store: Store
let table: ReturnType<typeof alertTable>
beforeEach(() => {
  folder = openTempFolder('alerts')
  store = openStore(join(folder.path, 'gateway.db'), 'gateway')
  table = alertTable(store, openLog('silent'))
  for (const alert of alerts) table.save({ ...blank, ...alert, code: alert.id ?? '' })
})
afterEach(() => {
  store.close()
  folder.remove()
})

const ids = (query: AlertQuery) => table.list(query, 500).map(({ id }) => id)

describe('alerts that were open in a range', () => {
  test.each<[AlertQuery, string[]]>([
    [{ state: 'all' }, ['lasting', 'unseen', 'seen-late', 'early']],
    [{ state: 'open' }, ['lasting', 'unseen']],
    [{ state: 'closed' }, ['seen-late', 'early']],
    [{ state: 'all', fromUtcMs: 150, toUtcMs: 200 }, ['early']],
    // Half open: at 200 it is over, at 300 the next begins.
    [{ state: 'all', fromUtcMs: 200, toUtcMs: 300 }, []],
    [{ state: 'all', fromUtcMs: 200, toUtcMs: 301 }, ['seen-late']],
    // Cleared, but nobody had taken it on.
    [{ state: 'all', fromUtcMs: 800, toUtcMs: 850 }, ['lasting', 'unseen', 'seen-late']],
    [{ state: 'closed', fromUtcMs: 800, toUtcMs: 850 }, ['seen-late']],
    [{ state: 'all', fromUtcMs: 5_000 }, ['lasting', 'unseen']],
    [{ state: 'all', toUtcMs: 301 }, ['seen-late', 'early']],
    [{ state: 'all', areaId: 'a-2' }, ['lasting', 'unseen']],
    [{ state: 'all', cameraId: 'c-1' }, ['seen-late']],
    [{ state: 'open', areaId: 'a-2', cameraId: 'c-2', fromUtcMs: 0, toUtcMs: 701 }, ['lasting']],
    [{ state: 'all', areaId: 'a-2', cameraId: 'c-1' }, []],
  ])('%o', (query, expected) => {
    expect(ids(query)).toEqual(expected)
  })

  test('the newest stay when there are too many', () => {
    expect(table.list({ state: 'all' }, 2).map(({ id }) => id)).toEqual(['lasting', 'unseen'])
  })

  test('a range reads an index, not every alert there ever was', () => {
    const plan = store.db
      .prepare<[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT id FROM alert WHERE cleared_utc_ms IS NOT NULL AND acknowledged_utc_ms IS NOT NULL
           AND max(cleared_utc_ms, acknowledged_utc_ms) > 5 AND raised_utc_ms < 9`,
      )
      .all()
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining('INDEX alert_closed')])
  })
})
