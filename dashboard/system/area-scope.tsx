import { useId } from 'preact/hooks'
import type { Area } from '../../gateway/contract/zone.ts'
import { mayFilm } from '../../gateway/domain/words.ts'
import { useZone } from '../shell/gateway.ts'
import { words } from './access-words.ts'
import './access.css'

/** The areas whose pictures may be seen; null: all. */
export type AreaScope = readonly string[] | null

interface AreaScopeProps {
  readonly scope: AreaScope
  readonly change: (scope: AreaScope) => void
}

/** All areas, or some of them by workshop. Those where no camera may be are left out. */
export function AreaScopeField({ scope, change }: AreaScopeProps) {
  const { zone } = useZone()
  const name = useId()
  const groups = (zone.value.value?.sites ?? [])
    .flatMap((site) => [...site.workshops, { id: site.id, name: words().shared(site.name), areas: site.areas }])
    .map((group) => ({ ...group, areas: group.areas.filter(({ kind }) => mayFilm(kind)) }))
    .filter(({ areas }) => areas.length > 0)
  return (
    <fieldset class="scope">
      <legend>{words().areas}</legend>
      <p class="field-hint">{words().areasHint}</p>
      <label class="check">
        <input type="radio" name={name} checked={scope === null} onChange={() => change(null)} /> {words().allAreas}
      </label>
      <label class="check">
        <input type="radio" name={name} checked={scope !== null} onChange={() => change([])} /> {words().someAreas}
      </label>
      {scope === null ? null : (
        <>
          <div class="scope-groups">
            {groups.map(({ id, name: title, areas }) => (
              <Group key={id} title={title} areas={areas} scope={scope} change={change} />
            ))}
          </div>
          <p class={scope.length === 0 ? 'scope-none' : 'field-hint'} role="status">
            {scope.length === 0 ? words().none : words().chosen(scope.length)}
          </p>
        </>
      )}
    </fieldset>
  )
}

interface GroupProps {
  readonly title: string
  readonly areas: readonly Area[]
  readonly scope: readonly string[]
  readonly change: (scope: readonly string[]) => void
}

/** A workshop and its areas: a tick for each, and one for all of them. */
function Group({ title, areas, scope, change }: GroupProps) {
  const ids = areas.map(({ id }) => id)
  const count = ids.filter((id) => scope.includes(id)).length
  const without = scope.filter((id) => !ids.includes(id))
  return (
    <div class="scope-group" role="group" aria-label={title}>
      <label class="check scope-title">
        <input
          type="checkbox"
          checked={count === ids.length}
          indeterminate={count > 0 && count < ids.length}
          onChange={(event) => change(event.currentTarget.checked ? [...without, ...ids] : without)}
        />
        {title}
      </label>
      {areas.map(({ id, name }) => (
        <label key={id} class="check">
          <input
            type="checkbox"
            checked={scope.includes(id)}
            onChange={(event) =>
              change(event.currentTarget.checked ? [...scope, id] : scope.filter((one) => one !== id))
            }
          />
          {name}
        </label>
      ))}
    </div>
  )
}
