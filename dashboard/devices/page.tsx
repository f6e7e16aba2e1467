import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'

export function DevicesPage() {
  return (
    <div class="page">
      <PageHead title={t().devices.title} />
    </div>
  )
}
