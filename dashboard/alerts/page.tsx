import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'

export function AlertsPage() {
  return (
    <div class="page">
      <PageHead title={t().alerts.title} />
    </div>
  )
}
