import { t } from '../i18n/language.ts'
import { clockParts, siteTimeZone } from '../i18n/time.ts'
import { DownloadIcon } from '../parts/icons.tsx'
import { toRfc3339 } from '../i18n/zone-time.ts'
import type { Column } from './columns.ts'
import { csvOf } from './csv.ts'
import type { Line } from './lines.ts'
import { words } from './words.ts'

/** The numbers to take along: as a sheet, or on paper. */
export function CoverageActions({ lines, columns }: { lines: readonly Line[]; columns: readonly Column[] }) {
  const download = (): void => {
    const zone = siteTimeZone.peek()
    const text = csvOf(lines, columns, {
      heads: words().csvHeads,
      reason: (reason) => words().csvReason(t().reasons[reason].what),
      moment: (utcMs) => toRfc3339(utcMs, zone),
    })
    const day = (column: Column | undefined) => clockParts(column?.fromUtcMs ?? 0, zone).date
    save(text, words().csvName(day(columns[0]), day(columns.at(-1))))
  }
  return (
    <div class="coverage-actions">
      <button type="button" class="button" onClick={() => window.print()}>
        {words().print}
      </button>
      <button type="button" class="button" onClick={download}>
        <DownloadIcon size={18} /> {words().csv}
      </button>
    </div>
  )
}

function save(text: string, name: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
  URL.revokeObjectURL(href)
}
