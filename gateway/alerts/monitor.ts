import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Alert, AlertQuery, AlertState, NewRule, PatchRule, Rule } from '../contract/alert.ts'
import type { Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import { evaluate, freshRuleState, type RuleChange, type RuleInput, type RuleState } from '../domain/rule.ts'
import { seconds, type UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { alertTable, blankAlert } from './alert-table.ts'
import { ruleTable } from './rule-table.ts'

/** What alerts need to know of a sensor. */
export interface SensorInfo {
  readonly name: string
  readonly areaId: string
  /** Empty while an imported sensor was not yet seen. */
  readonly metrics: readonly { readonly key: string; readonly unit: string | null }[]
}

/** The gateway's own troubles: about itself, or a camera. */
export interface SystemAlert {
  readonly code: string
  readonly name: string
  readonly severity: Alert['severity']
  readonly cameraId?: string
  readonly areaId?: string
}

export interface MonitorOptions {
  readonly store: Store
  readonly tools: Tools
  readonly sensorInfo: (sensorId: string) => SensorInfo | undefined
  /** Told of every change of an alert: raised, worse, acknowledged, cleared. */
  readonly onAlert: (alert: Alert) => void
  readonly onRulesChange?: () => void
}

export interface AlertMonitor {
  /** Judges one reading against the rules of its metric. In memory, but for what changes. */
  judge(reading: Reading): void
  /** Lets time pass: what waits long enough is raised, silence is noticed. `run` does it once a second. */
  tick(nowUtcMs: UtcMs): void
  rules(): Rule[]
  /** @throws Failure invalid (`sensor-missing`, `metric-missing`, `rule-for-too-short`), conflict (`rule-exists`) */
  addRule(rule: NewRule, id?: string): Rule
  /** Rules of a zone.yaml; all or none. */
  importRules(rules: readonly (NewRule & { id: string })[]): void
  /** @throws Failure missing (`rule-missing`), invalid (`rule-for-too-short`) */
  patchRule(id: string, changes: z.infer<typeof PatchRule>): Rule
  /** Its open alert is cleared. */
  removeRule(id: string): void
  /** The same for all rules of a sensor that goes. */
  removeRulesOf(sensorId: string): void
  /** The newest first, at most 500: by their state alone, or as a query says. */
  list(query: z.infer<typeof AlertState> | AlertQuery): Alert[]
  /** @throws Failure missing (`alert-missing`), conflict (`alert-acknowledged`) */
  acknowledge(id: string, userName: string, note: string): Alert
  /** Says that one of the gateway's own troubles is there or is over. Saying the same again changes nothing. */
  system(trouble: SystemAlert, active: boolean): void
  /** While the broker is away nobody can know which sensors are silent: rules for silence wait. */
  brokerAway(away: boolean): void
  run(signal: AbortSignal): Promise<void>
}

interface Watched {
  rule: Rule
  state: RuleState
  /** The alert shows a worse value than the disk knows. */
  unsaved: boolean
}

export function alertMonitor(options: MonitorOptions): AlertMonitor {
  const { store, tools, sensorInfo, onAlert, onRulesChange } = options
  const { clock, log } = tools
  const table = ruleTable(store)
  const alerts = alertTable(store, log)
  const watched = new Map<string, Watched>()
  const bySeries = new Map<string, Set<Watched>>()
  let isBrokerAway = false

  const seriesOf = ({ sensorId, metric }: { sensorId: string; metric: string }) => `${sensorId}/${metric}`

  function watch(rule: Rule, state: RuleState) {
    const entry = { rule, state, unsaved: false }
    watched.set(rule.id, entry)
    const there = bySeries.get(seriesOf(rule)) ?? new Set()
    bySeries.set(seriesOf(rule), there.add(entry))
  }
  for (const rule of table.all()) watch(rule, table.stateOf(rule.id) ?? freshRuleState(clock.now()))

  function step(entry: Watched, input: RuleInput, nowUtcMs: UtcMs) {
    const before = entry.state
    const { state, change } = evaluate(entry.rule, before, input, nowUtcMs)
    entry.state = state
    if (change?.kind === 'worse') {
      entry.unsaved = true
      const alert = alerts.openOfRule(entry.rule.id)
      if (alert) onAlert(alerts.remember({ ...alert, worstValue: worst(entry.rule, alert.worstValue, change.value) }))
      return
    }
    if (change === null && state.phase === before.phase && state.sinceUtcMs === before.sinceUtcMs) return
    // Only a rule at rest notices each reading by its `since`, and a rule at rest has no row.
    if (change === null && state.phase === 'ok' && before.phase === 'ok') return
    let told: Alert | undefined
    try {
      told = store.transaction(() => {
        table.saveState(entry.rule.id, state)
        return change ? apply(entry.rule, change, nowUtcMs) : undefined
      })
    } catch (cause) {
      // A full disk: the reading is safe already, and the next reading or second tries this step again.
      entry.state = before
      log.error({ code: 'alert-not-saved', ruleId: entry.rule.id, err: cause }, 'an alert could not be written')
    }
    if (told) onAlert(told)
  }

  /** Writes what a change means for the rule's alert. */
  function apply(rule: Rule, change: Exclude<RuleChange, { kind: 'worse' }>, nowUtcMs: UtcMs): Alert | undefined {
    const open = alerts.openOfRule(rule.id)
    if (change.kind === 'cleared')
      return open && open.clearedUtcMs === null ? alerts.save({ ...open, clearedUtcMs: nowUtcMs }) : undefined
    // Raised again before anybody acknowledged it: it is the same incident, not a second one.
    if (open)
      return alerts.save({ ...open, clearedUtcMs: null, worstValue: worst(rule, open.worstValue, change.value) })
    const info = sensorInfo(rule.sensorId)
    return alerts.save({
      ...blankAlert,
      id: randomUUID(),
      ruleId: rule.id,
      code: `rule-${rule.condition}`,
      name: rule.name,
      severity: rule.severity,
      sensorId: rule.sensorId,
      areaId: info?.areaId ?? null,
      metric: rule.metric,
      unit: info?.metrics.find(({ key }) => key === rule.metric)?.unit ?? null,
      threshold: rule.condition === 'silent' ? null : rule.threshold,
      condition: rule.condition,
      value: change.value,
      worstValue: change.value,
      raisedUtcMs: nowUtcMs,
    })
  }

  /** Puts a rule to rest and clears its alert. */
  function rest(entry: Watched, nowUtcMs: UtcMs) {
    entry.state = freshRuleState(nowUtcMs)
    const told = store.transaction(() => {
      table.saveState(entry.rule.id, entry.state)
      return apply(entry.rule, { kind: 'cleared' }, nowUtcMs)
    })
    if (told) onAlert(told)
  }

  function checkRule(rule: NewRule) {
    const info = sensorInfo(rule.sensorId)
    const facts = { sensorId: rule.sensorId, metric: rule.metric }
    if (!info) throw new Failure('invalid', 'sensor-missing', 'there is no such sensor', facts)
    if (info.metrics.length > 0 && !info.metrics.some(({ key }) => key === rule.metric))
      throw new Failure('invalid', 'metric-missing', 'this sensor has no such metric', facts)
    checkWait(rule)
  }
  function checkWait({ condition, forMs }: Pick<Rule, 'condition' | 'forMs'>) {
    if (condition === 'silent' && forMs < seconds(1))
      throw new Failure('invalid', 'rule-for-too-short', 'silence must last at least one second', { forMs })
  }
  function need(id: string): Watched {
    const entry = watched.get(id)
    if (!entry) throw new Failure('missing', 'rule-missing', 'there is no such rule', { ruleId: id })
    return entry
  }
  function refuseTwice(id: string) {
    if (watched.has(id)) throw new Failure('conflict', 'rule-exists', 'there is a rule with this id', { ruleId: id })
  }

  function removeRule(id: string) {
    const entry = need(id)
    rest(entry, clock.now())
    table.drop(id)
    watched.delete(id)
    bySeries.get(seriesOf(entry.rule))?.delete(entry)
    onRulesChange?.()
  }

  function tick(nowUtcMs: UtcMs) {
    alerts.writeKept()
    for (const entry of watched.values()) {
      if (!entry.rule.enabled || (isBrokerAway && entry.rule.condition === 'silent')) continue
      step(entry, { kind: 'tick' }, nowUtcMs)
      if (!entry.unsaved) continue
      const alert = alerts.openOfRule(entry.rule.id)
      try {
        store.transaction(() => {
          table.saveState(entry.rule.id, entry.state)
          if (alert) alerts.save(alert)
        })
        entry.unsaved = false
      } catch (err) {
        log.debug({ code: 'alert-not-saved', ruleId: entry.rule.id, err }, 'the next second tries again')
      }
    }
  }

  return {
    judge(reading) {
      for (const entry of bySeries.get(seriesOf(reading)) ?? [])
        if (entry.rule.enabled)
          step(entry, { kind: 'reading', value: reading.value, quality: reading.quality }, reading.utcMs)
    },
    tick,
    rules: () => [...watched.values()].map(({ rule }) => rule),
    addRule(fields, id = `r-${randomUUID().slice(0, 8)}`) {
      checkRule(fields)
      refuseTwice(id)
      const rule = { ...fields, id }
      table.insert(rule, clock.now())
      watch(rule, freshRuleState(clock.now()))
      onRulesChange?.()
      return rule
    },
    importRules(rules) {
      for (const rule of rules) {
        checkRule(rule)
        refuseTwice(rule.id)
      }
      store.transaction(() => {
        for (const rule of rules) table.insert(rule, clock.now())
      })
      for (const rule of rules) watch(rule, freshRuleState(clock.now()))
      onRulesChange?.()
    },
    patchRule(id, changes) {
      const entry = need(id)
      const rule = { ...entry.rule, ...changes }
      checkWait(rule)
      table.update(rule)
      entry.rule = rule
      if (!rule.enabled) rest(entry, clock.now())
      onRulesChange?.()
      return rule
    },
    removeRule,
    removeRulesOf(sensorId) {
      for (const { rule } of watched.values()) if (rule.sensorId === sensorId) removeRule(rule.id)
    },
    list: (query) => alerts.list(typeof query === 'string' ? { state: query } : query, 500),
    acknowledge(id, userName, note) {
      const alert = alerts.need(id)
      if (alert.acknowledgedUtcMs !== null)
        throw new Failure('conflict', 'alert-acknowledged', 'this alert was acknowledged before', {
          alertId: id,
          by: alert.acknowledgedBy,
        })
      const done = alerts.save({ ...alert, acknowledgedUtcMs: clock.now(), acknowledgedBy: userName, note })
      onAlert(done)
      return done
    },
    system({ code, name, severity, cameraId = null, areaId = null }, active) {
      const open = alerts.openOfCode(code, cameraId)
      const isRaised = open !== undefined && open.clearedUtcMs === null
      // Two of a kind are one alert: its name says what has it now.
      if (isRaised === active && (!active || open?.name === name)) return
      const nowUtcMs = clock.now()
      const fresh = { ...blankAlert, id: randomUUID(), code, name, severity, cameraId, areaId, raisedUtcMs: nowUtcMs }
      const again = open && { ...open, ...(active ? { name, clearedUtcMs: null } : { clearedUtcMs: nowUtcMs }) }
      onAlert(alerts.keep(again ?? fresh))
    },
    brokerAway(away) {
      isBrokerAway = away
      if (away) return
      const nowUtcMs = clock.now()
      for (const entry of watched.values())
        if (entry.rule.condition === 'silent' && entry.state.phase === 'ok')
          entry.state = { ...entry.state, sinceUtcMs: nowUtcMs }
    },
    run: (signal) => every(clock, seconds(1), signal, () => tick(clock.now())),
  }
}

const worst = (rule: Rule, left: number | null, right: number | null): number | null =>
  left === null || right === null
    ? (left ?? right)
    : rule.condition === 'below'
      ? Math.min(left, right)
      : Math.max(left, right)
