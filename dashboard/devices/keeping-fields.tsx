import type { Camera } from '../../gateway/contract/camera.ts'
import type { DiskState } from '../../gateway/contract/footage.ts'
import { formatBytes } from '../i18n/numbers.ts'
import { HoursField } from './hours-field.tsx'
import { consequences, type Keeping } from './keeping.ts'
import { words } from './keeping-words.ts'
import './keeping.css'

/** Until the disks are known: what a new configuration says. */
const unknownDisk = { name: 'main', retentionDays: 30 }

interface KeepingFieldsProps {
  readonly camera: Camera
  readonly keeping: Keeping
  readonly change: (keeping: Keeping) => void
  /** Empty until they are known. */
  readonly disks: readonly DiskState[]
}

/** How long, where and when a camera is recorded, and what a change means for its footage. */
export function KeepingFields({ camera, keeping, change, disks }: KeepingFieldsProps) {
  const first = disks[0] ?? unknownDisk
  const says = consequences(keeping, camera, first)
  return (
    <>
      <h3>{words().title}</h3>
      <div class="keeping-row">
        <label class="field">
          <span>
            {words().days} <span class="field-hint">{words().daysHint}</span>
          </span>
          <input
            type="number"
            min={0.01}
            max={3_650}
            step="any"
            inputMode="decimal"
            placeholder={words().daysDefault(first.retentionDays)}
            value={keeping.days}
            onInput={(event) => change({ ...keeping, days: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>{words().basis}</span>
          <input
            maxLength={200}
            placeholder={words().basisHint}
            value={keeping.basis}
            onInput={(event) => change({ ...keeping, basis: event.currentTarget.value })}
          />
        </label>
      </div>
      {disks.length > 1 ? (
        <DiskField disks={disks} disk={keeping.disk} change={(disk) => change({ ...keeping, disk })} />
      ) : null}
      <HoursField hours={keeping.hours} change={(hours) => change({ ...keeping, hours })} />
      <div class="keeping-says" aria-live="polite">
        {says.map((sentence) => (
          <p key={sentence} class="notice">
            {sentence}
          </p>
        ))}
      </div>
    </>
  )
}

interface DiskFieldProps {
  readonly disks: readonly DiskState[]
  readonly disk: string
  readonly change: (disk: string) => void
}

function DiskField({ disks, disk, change }: DiskFieldProps) {
  const about = ({ name, freeBytes }: DiskState): string =>
    freeBytes === null ? words().diskAway(name) : words().diskOption(name, formatBytes(freeBytes))
  const [first] = disks
  // A disk that is not configured any more is shown as what is chosen, and can be left.
  const isGone = disk !== '' && !disks.some(({ name }) => name === disk)
  return (
    <label class="field">
      <span>{words().disk}</span>
      <select value={disk} onChange={(event) => change(event.currentTarget.value)}>
        {first === undefined ? null : <option value="">{words().diskDefault(about(first))}</option>}
        {disks
          .filter(({ name }) => name !== first?.name || name === disk)
          .map((one) => (
            <option key={one.name} value={one.name}>
              {about(one)}
            </option>
          ))}
        {isGone ? <option value={disk}>{words().diskAway(disk)}</option> : null}
      </select>
    </label>
  )
}
