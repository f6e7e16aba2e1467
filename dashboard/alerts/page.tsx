import { useState } from 'preact/hooks'
import type { Alert } from '../../gateway/contract/alert.ts'
import { byUrgency } from '../api/stores.ts'
import { t } from '../i18n/language.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { type Load, loadOf, useLoad } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { AcknowledgeDialog } from './acknowledge.tsx'
import { AlertList } from './list.tsx'
import { RulesSection } from './rules.tsx'

type Tab = 'open' | 'closed'

export function AlertsPage() {
  const { api } = useGateway()
  const { openAlerts, rulesVersion } = useZone()
  const [tab, setTab] = useState<Tab>('open')
  const [asked, setAsked] = useState<Alert | null>(null)
  const rules = useLoad((signal) => api.rules(signal), [rulesVersion.value])
  const running = rules.value?.filter((rule) => rule.enabled).length ?? 0
  const words = t().alerts
  return (
    <div class="page">
      <PageHead title={words.title} />
      <Tabs
        label={words.tabs}
        current={tab}
        choose={setTab}
        tabs={[
          { id: 'open', text: `${words.open} ${openAlerts.value?.length ?? ''}`.trim() },
          { id: 'closed', text: words.closed },
        ]}
      >
        {tab === 'open' ? <Open running={running} ask={setAsked} /> : <Closed />}
      </Tabs>
      <RulesSection rules={rules} />
      {asked === null ? null : <AcknowledgeDialog alert={asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

/** Open alerts ignore any time filter: they come from the feed's snapshot. */
function Open({ running, ask }: { running: number; ask: (alert: Alert) => void }) {
  const { reload, stores } = useGateway()
  return (
    <Loaded what={t().alerts.title} of={loadOf(stores.openAlertsStore, reload.alerts)}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={t().alerts.none} next={t().alerts.noneNext(running)} />
        ) : (
          <AlertList alerts={list} ask={ask} />
        )
      }
    </Loaded>
  )
}

function Closed() {
  const { api } = useGateway()
  const { alertsVersion } = useZone()
  const load: Load<Alert[]> = useLoad((signal) => api.alerts('closed', signal), [alertsVersion.value])
  const words = t().alerts
  return (
    <Loaded what={words.title} of={load}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={words.noneClosed} next={words.noneClosedNext} />
        ) : (
          <AlertList alerts={list.toSorted((a, b) => b.raisedUtcMs - a.raisedUtcMs || byUrgency(a, b))} />
        )
      }
    </Loaded>
  )
}
