import { t } from '../i18n/language.ts'
import { PageHead } from '../parts/states.tsx'

export function SystemPage() {
  return (
    <div class="page">
      <PageHead title={t().system.title} />
    </div>
  )
}
