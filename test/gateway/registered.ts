import { Accounts } from '../../gateway/contract/lists.ts'
import type { Api } from './api.ts'

/** All that the gateway was told to keep, without what changes by itself: equal before and after a refusal. */
export async function registered(api: Api) {
  const [zone, cameras, sensors, rules, alerts, { accounts }, discovery] = await Promise.all([
    api.zone(),
    api.cameras(),
    api.sensors(),
    api.rules(),
    api.alerts(),
    api.ask(Accounts, '/api/accounts'),
    api.discovery(),
  ])
  return {
    zone,
    cameras: cameras.map(({ state: _state, ...camera }) => camera),
    sensors: sensors.map(({ status: _status, latest: _latest, ...sensor }) => sensor),
    rules,
    alerts,
    accounts,
    candidates: [
      ...discovery.cameras.map(({ endpoint, address }) => [endpoint, address]),
      ...discovery.sensors.map(({ candidateId, metrics }) => [candidateId, metrics.map(({ key }) => key)]),
    ],
  }
}
