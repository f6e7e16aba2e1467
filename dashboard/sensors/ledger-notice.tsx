import { useComputed } from '@preact/signals'
import { days, minutes } from '../../gateway/domain/units.ts'
import { wordOf } from '../i18n/language.ts'
import { formatDuration } from '../i18n/time.ts'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { sumsOf } from './ledger.ts'
import { words } from './ledger-words.ts'

/** A store that is further behind than this is worth a line. */
const behindMs = minutes(5)
/** What was lost is told for so long; afterwards it stands in the account alone. */
const tellMs = days(7)

/** Says above the list of sensors when readings were lost, wait for long, or do not add up; nothing while all is well. */
export function LedgerNotice() {
  const { api, nowUtcMs } = useGateway()
  const minute = useComputed(() => Math.floor(nowUtcMs.value / minutes(1))).value
  const load = useLoad((signal) => api.ledger(signal), [minute])
  const ledger = load.value
  if (ledger === null) return null
  const { difference } = sumsOf(ledger.accounts)
  const lost = ledger.losses
    .filter(({ utcMs }) => nowUtcMs.peek() - utcMs < tellMs)
    .reduce((sum, { readings }) => sum + readings, 0)
  const late = ledger.backlogs.flatMap(({ store, oldestUtcMs }) => {
    const ageMs = oldestUtcMs === null ? 0 : nowUtcMs.peek() - oldestUtcMs
    return ageMs > behindMs ? [words().behind(wordOf(words().storeNames, store) ?? store, formatDuration(ageMs))] : []
  })
  const said = [...(lost === 0 ? [] : [words().lost(lost)]), ...late]
  if (difference === 0 && said.length === 0) return null
  return (
    <div class="ledger-notice">
      {difference === 0 ? null : (
        <p class="refusal">
          <strong>!</strong> {words().unequal(difference)} <a href="/sensors/ledger">{words().toLedger}</a>
        </p>
      )}
      {said.length === 0 ? null : (
        <p class="warning">
          <span aria-hidden="true">▲ </span>
          {said.join(' ')} <a href="/sensors/ledger">{words().toLedger}</a>
        </p>
      )}
    </div>
  )
}
