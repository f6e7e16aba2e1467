import { mayFilm } from '../../gateway/domain/words.ts'
import { t } from '../i18n/language.ts'
import { useZone } from '../shell/gateway.ts'

interface AreaFieldProps {
  readonly label: string
  /** The area it is in now. */
  readonly value?: string
  /** A camera: areas where none may be stand there, disabled, with the reason. */
  readonly forCamera: boolean
  /** Told when another one is chosen. */
  readonly onChange?: (areaId: string) => void
  /** Beside the label. */
  readonly hint?: string | undefined
  /** Stands for no area, when that is a choice; else one must be chosen. */
  readonly noneWord?: string
}

/** The areas of the zone by workshop, as the field `areaId`. */
export function AreaField({ label, value, forCamera, onChange, hint, noneWord }: AreaFieldProps) {
  const { zone } = useZone()
  const words = t()
  // A closed list shows the option alone, without the workshop it stands under.
  const options = (
    areas: readonly { id: string; name: string; kind: Parameters<typeof mayFilm>[0] }[],
    workshop?: string,
  ) =>
    areas.map((area) => {
      const closed = forCamera && !mayFilm(area.kind)
      return (
        <option key={area.id} value={area.id} disabled={closed} selected={area.id === value}>
          {workshop === undefined ? '' : `${workshop} · `}
          {area.name} · {words.areaKinds[area.kind]}
          {closed ? ` — ${words.noFilming}` : ''}
        </option>
      )
    })
  const hasAreas = zone.value.value?.sites.some(
    (site) => site.areas.length > 0 || site.workshops.some((workshop) => workshop.areas.length > 0),
  )
  return (
    <label class="field">
      <span>
        {label}
        {hint === undefined ? null : <span class="field-hint"> {hint}</span>}
      </span>
      {hasAreas ? null : <span class="field-hint">{words.cameraForm.noAreas}</span>}
      <select
        name="areaId"
        required={noneWord === undefined}
        onChange={(event) => onChange?.(event.currentTarget.value)}
      >
        <option value="">{noneWord ?? words.cameraForm.chooseArea}</option>
        {zone.value.value?.sites.map((site) => [
          ...site.workshops.map((workshop) => (
            <optgroup key={workshop.id} label={workshop.name}>
              {options(workshop.areas, workshop.name)}
            </optgroup>
          )),
          <optgroup key={site.id} label={`${site.name} · ${words.sensors.shared}`}>
            {options(site.areas)}
          </optgroup>,
        ])}
      </select>
    </label>
  )
}
