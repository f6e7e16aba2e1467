import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'

export function SensorsPage() {
  return (
    <div class="page">
      <PageHead title={t().sensors.title} />
    </div>
  )
}
