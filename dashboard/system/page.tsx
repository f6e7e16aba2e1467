import { t } from '../i18n/language.ts'
import { DownloadIcon } from '../parts/icons.tsx'
import { PageHead } from '../parts/states.tsx'
import { useGateway, useMay } from '../shell/gateway.ts'
import { Accounts } from './accounts.tsx'
import { AuditTrail } from './audit.tsx'
import { Disks } from './disks.tsx'
import { Health } from './health.tsx'
import { Holds } from './holds.tsx'
import { Screens } from './screens.tsx'

/** What works, where footage is and what of it is held, who may come in, and who did what; each part only for those who may see it. */
export function SystemPage() {
  const { api } = useGateway()
  const mayConfigure = useMay('configure')
  const mayAdminister = useMay('administer')
  const mayAudit = useMay('audit')
  const mayReview = useMay('review')
  const words = t().system
  return (
    <div class="page">
      <PageHead title={words.title}>
        {mayConfigure ? (
          <a class="button" href={api.zoneFileHref} download="zone.yaml" title={words.zoneFileHint}>
            <DownloadIcon size={18} /> {words.zoneFile}
          </a>
        ) : null}
      </PageHead>
      <Health />
      <Disks />
      {mayReview ? <Holds /> : null}
      {mayAdminister ? <Accounts /> : null}
      {mayAdminister ? <Screens /> : null}
      {mayAudit ? <AuditTrail /> : null}
    </div>
  )
}
