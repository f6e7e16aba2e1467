import type { WallGroup } from '../../gateway/contract/wall.ts'
import { t } from '../i18n/language.ts'
import { groupKey, groupOf, type Groups } from './groups.ts'
import { toolWords } from './tool-words.ts'

interface GroupChooserProps {
  readonly groups: Groups
  readonly group: WallGroup
  readonly choose: (group: WallGroup) => void
}

/** Which cameras are shown, each group with how many it has. */
export function GroupChooser({ groups, group, choose }: GroupChooserProps) {
  const words = toolWords()
  const key = groupKey(group)
  const keys = [
    'all',
    'trouble',
    ...groups.workshops.map(({ id }) => `workshop:${id}`),
    ...groups.kinds.map(({ kind }) => `kind:${kind}`),
  ]
  return (
    <select
      class={`wall-group${group.by === 'trouble' && groups.trouble > 0 ? ' wall-group-trouble' : ''}`}
      aria-label={words.group}
      title={words.group}
      value={key}
      onChange={(event) => choose(groupOf(event.currentTarget.value))}
    >
      <option value="all">{words.all(groups.all)}</option>
      <option value="trouble">{words.trouble(groups.trouble)}</option>
      {keys.includes(key) ? null : <option value={key}>{words.counted(words.gone, 0)}</option>}
      {groups.workshops.length === 0 ? null : (
        <optgroup label={words.workshops}>
          {groups.workshops.map(({ id, name, count }) => (
            <option key={id} value={`workshop:${id}`}>
              {words.counted(name, count)}
            </option>
          ))}
        </optgroup>
      )}
      {groups.kinds.length === 0 ? null : (
        <optgroup label={words.kinds}>
          {groups.kinds.map(({ kind, count }) => (
            <option key={kind} value={`kind:${kind}`}>
              {words.counted(t().areaKinds[kind], count)}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  )
}
