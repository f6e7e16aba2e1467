import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useRouter } from '../shell/gateway.ts'
import { AddedCameras } from './added-cameras.tsx'
import { AddedSensors } from './added-sensors.tsx'
import { FoundCameras } from './found-cameras.tsx'
import { FoundSensors } from './found-sensors.tsx'

/** `/devices?part=cameras|sensors`: what was discovered above, what was added below. */
export function DevicesPage() {
  const { api, stores } = useGateway()
  const router = useRouter()
  const part = router.location.value.query.get('part') === 'sensors' ? 'sensors' : 'cameras'
  const found = useLoad((signal) => api.discovery(signal), [stores.discoveryVersion.value])
  const words = t().devices
  return (
    <div class="page">
      <PageHead title={words.title} />
      <Tabs
        label={words.parts}
        current={part}
        choose={(next) => router.navigate(`/devices?part=${next}`, { replace: true })}
        tabs={[
          { id: 'cameras', text: words.cameras },
          { id: 'sensors', text: words.sensors },
        ]}
      >
        {part === 'cameras' ? (
          <>
            <FoundCameras found={found} />
            <AddedCameras />
          </>
        ) : (
          <>
            <FoundSensors found={found} />
            <AddedSensors />
          </>
        )}
      </Tabs>
    </div>
  )
}
