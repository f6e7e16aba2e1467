import type { WallGroup } from '../../gateway/contract/wall.ts'
import { Empty } from '../parts/states.tsx'
import { toolWords } from './tool-words.ts'

/** A group without a camera: that nothing is wrong is good news, and said as such. */
export function EmptyGroup({ group, showAll }: { group: WallGroup; showAll: () => void }) {
  const words = toolWords()
  return (
    <div class="wall-empty">
      <Empty title={group.by === 'trouble' ? words.noTrouble : words.noneHere}>
        <button type="button" class="button" onClick={showAll}>
          {words.showAll}
        </button>
      </Empty>
    </div>
  )
}
