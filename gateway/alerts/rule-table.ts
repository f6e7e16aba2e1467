import type { Rule } from '../contract/alert.ts'
import type { RuleState } from '../domain/rule.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

type Row = Omit<Rule, 'enabled'> & { enabled: number }

/** Rules and what they wait for, on disk. */
export function ruleTable({ db }: Store) {
  const insert = db.prepare<Row & { createdUtcMs: number }>(
    `INSERT INTO rule (id, name, sensor_id, metric, condition, threshold, for_ms, hysteresis, severity, enabled, created_utc_ms)
     VALUES (@id, @name, @sensorId, @metric, @condition, @threshold, @forMs, @hysteresis, @severity, @enabled, @createdUtcMs)`,
  )
  const change = db.prepare<Row>(
    `UPDATE rule SET name = @name, threshold = @threshold, for_ms = @forMs, hysteresis = @hysteresis,
                     severity = @severity, enabled = @enabled WHERE id = @id`,
  )
  const select = db.prepare<[], Row>(
    `SELECT id, name, sensor_id AS sensorId, metric, condition, threshold, for_ms AS forMs, hysteresis, severity, enabled
     FROM rule ORDER BY created_utc_ms, id`,
  )
  const drop = db.prepare<[string]>('DELETE FROM rule WHERE id = ?')
  const saveState = db.prepare<[string, string, number, number | null, number | null]>(
    `INSERT INTO rule_state (rule_id, phase, since_utc_ms, last_value, worst_value) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (rule_id) DO UPDATE SET phase = excluded.phase, since_utc_ms = excluded.since_utc_ms,
       last_value = excluded.last_value, worst_value = excluded.worst_value`,
  )
  const dropState = db.prepare<[string]>('DELETE FROM rule_state WHERE rule_id = ?')
  const findState = db.prepare<[string], Omit<RuleState, 'lastUtcMs'>>(
    `SELECT phase, since_utc_ms AS sinceUtcMs, last_value AS lastValue, worst_value AS worstValue
     FROM rule_state WHERE rule_id = ?`,
  )
  const toRow = (rule: Rule): Row => ({ ...rule, enabled: rule.enabled ? 1 : 0 })

  return {
    all: (): Rule[] => select.all().map((row) => ({ ...row, enabled: row.enabled === 1 })),
    insert: (rule: Rule, createdUtcMs: UtcMs) => insert.run({ ...toRow(rule), createdUtcMs }),
    update: (rule: Rule) => change.run(toRow(rule)),
    drop: (id: string) => drop.run(id),
    /** Undefined for a rule at rest. No reading has come since the start: `lastUtcMs` is null. */
    stateOf(ruleId: string): RuleState | undefined {
      const found = findState.get(ruleId)
      return found && { ...found, lastUtcMs: null }
    },
    saveState(ruleId: string, { phase, sinceUtcMs, lastValue, worstValue }: RuleState) {
      if (phase === 'ok') dropState.run(ruleId)
      else saveState.run(ruleId, phase, sinceUtcMs, lastValue, worstValue)
    },
  }
}
