import { useComputed } from '@preact/signals'
import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useRouter } from '../shell/gateway.ts'
import { AddedCameras } from './added-cameras.tsx'
import { AddedSensors } from './added-sensors.tsx'
import { BrokerAccess } from './broker.tsx'
import { FoundCameras } from './found-cameras.tsx'
import { FoundSensors } from './found-sensors.tsx'

const parts = ['cameras', 'sensors', 'broker'] as const
type Part = (typeof parts)[number]

/** Values of devices that wait come with the list of them, not by the feed. */
const lookMs = 5_000

/** `/devices?part=cameras|sensors|broker`: what was discovered above, what was added below; and who may speak MQTT. */
export function DevicesPage() {
  const { api, stores, nowUtcMs } = useGateway()
  const router = useRouter()
  const asked = router.location.value.query.get('part')
  const part: Part = parts.find((one) => one === asked) ?? 'cameras'
  const now = useComputed(() => Math.floor(nowUtcMs.value / lookMs)).value
  const look = part === 'sensors' ? now : 0
  const found = useLoad((signal) => api.discovery(signal), [stores.discoveryVersion.value, look])
  const words = t().devices
  return (
    <div class="page">
      <PageHead title={words.title} />
      <Tabs
        label={words.parts}
        current={part}
        choose={(next) => router.navigate(`/devices?part=${next}`, { replace: true })}
        tabs={parts.map((id) => ({ id, text: words[id] }))}
      >
        {part === 'cameras' ? (
          <>
            <FoundCameras found={found} />
            <AddedCameras />
          </>
        ) : part === 'sensors' ? (
          <>
            <FoundSensors found={found} />
            <AddedSensors />
          </>
        ) : (
          <BrokerAccess />
        )}
      </Tabs>
    </div>
  )
}
