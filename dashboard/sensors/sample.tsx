import type { Quarantined } from '../../gateway/contract/sensor.ts'
import { formatBytes } from '../i18n/numbers.ts'
import { words } from './ledger-words.ts'
import './sample.css'

/** The raw payload, or its beginning, with its size. */
export function Sample({ of: { sample, sizeBytes } }: { of: Pick<Quarantined, 'sample' | 'sizeBytes'> }) {
  const isCut = sizeBytes > new TextEncoder().encode(sample).length
  return (
    <>
      <code class="sample">{sample === '' ? words().empty : sample}</code>
      <span class="muted">
        {' '}
        {formatBytes(sizeBytes)}
        {isCut ? ` ${words().cut}` : ''}
      </span>
    </>
  )
}
