import type { WallLayout } from '../../gateway/contract/wall.ts'
import { Drop } from './drop.tsx'
import { layouts, planOf } from './layout.ts'
import { toolWords } from './tool-words.ts'

/** Where the G key leads. */
export const layoutDropId = 'wall-layout'

/** The layouts, each drawn as it is. */
export function LayoutDrop({ layout, choose }: { layout: WallLayout; choose: (layout: WallLayout) => void }) {
  const words = toolWords()
  return (
    <Drop
      id={layoutDropId}
      name={words.layout}
      label={
        <>
          <LayoutShape layout={layout} /> {words.layouts[layout]}
        </>
      }
    >
      {(close) => (
        <div class="layout-choices">
          {layouts.map((one) => (
            <button
              key={one}
              type="button"
              class="layout-choice"
              aria-pressed={one === layout}
              onClick={() => {
                choose(one)
                close()
              }}
            >
              <LayoutShape layout={one} large />
              {words.layouts[one]}
            </button>
          ))}
        </div>
      )}
    </Drop>
  )
}

function LayoutShape({ layout, large = false }: { layout: WallLayout; large?: boolean }) {
  const [width, height] = large ? [48, 30] : [20, 13]
  // Of a screen's size: the line below each picture counts for little there.
  const { columns, rows, cells } = planOf(layout, 6, 1_600, 1_000)
  const [dx, dy] = [48 / columns, 30 / rows]
  return (
    <svg class="layout-shape" width={width} height={height} viewBox="0 0 48 30" aria-hidden="true">
      {cells.map(({ column, row, span }) => (
        <rect
          key={`${column} ${row}`}
          x={(column - 1) * dx + 1}
          y={(row - 1) * dy + 1}
          width={span * dx - 2}
          height={span * dy - 2}
          rx={1.5}
          fill={layout === 'auto' ? 'none' : 'currentColor'}
          stroke="currentColor"
          stroke-width={layout === 'auto' ? 2 : 0}
        />
      ))}
    </svg>
  )
}
