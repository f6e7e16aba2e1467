import { describe, expect, test } from 'vitest'
import type { WallLayout } from '../../gateway/contract/wall.ts'
import {
  type Cell,
  fitGrid,
  gapPx,
  layouts,
  linePxOf,
  moved,
  pagesOf,
  planOf,
  tileWidthPx,
} from '../../dashboard/wall/layout.ts'

/** Where a cell lies, in pixels. */
const rect = ({ column, row, span }: Cell, tilePx: number, rowPx: number) => ({
  left: (column - 1) * (tilePx + gapPx),
  top: (row - 1) * (rowPx + gapPx),
  right: (column - 1 + span) * (tilePx + gapPx) - gapPx,
  bottom: (row - 1 + span) * (rowPx + gapPx) - gapPx,
})

describe('the grid', () => {
  test.each([
    [1, 1_600, 900, 1, 1],
    [2, 1_600, 450, 2, 1],
    [16, 1_280, 720, 4, 4],
    [5, 1_280, 720, 3, 2],
    [16, 400, 2_000, 2, 8],
    [16, 300, 3_600, 1, 16],
    [0, 1_280, 720, 1, 1],
  ])('%i pictures on %i x %i', (count, widthPx, heightPx, columns, rows) => {
    const grid = fitGrid(count, widthPx, heightPx)
    expect([grid.columns, grid.rows]).toEqual([columns, rows])
    expect(grid.cells).toHaveLength(Math.max(1, count))
  })

  test.each([
    [4, 4, 1_280, 720],
    [4, 4, 1_076, 800],
    [1, 1, 1_280, 720],
    [6, 6, 2_560, 1_200],
  ])('%i x %i tiles with their lines fit into %i x %i, as large as can be', (columns, rows, widthPx, heightPx) => {
    const linePx = linePxOf(widthPx)
    const tilePx = tileWidthPx({ columns, rows }, widthPx, heightPx, linePx)
    const needed = (px: number) => ({
      widthPx: columns * px + (columns - 1) * gapPx,
      heightPx: rows * ((px * 9) / 16 + linePx) + (rows - 1) * gapPx,
    })
    expect(needed(tilePx).widthPx).toBeLessThanOrEqual(widthPx)
    expect(needed(tilePx).heightPx).toBeLessThanOrEqual(heightPx)
    const larger = needed(tilePx + 1)
    expect(larger.widthPx > widthPx || larger.heightPx > heightPx).toBe(true)
  })

  test.each<[WallLayout, number]>([
    ['1', 1],
    ['4', 4],
    ['9', 9],
    ['16', 16],
    ['25', 25],
    ['1+5', 6],
    ['1+7', 8],
  ])('%s takes %i pictures a page, whatever the number of cameras', (layout, perPage) => {
    for (const count of [0, 3, 100]) expect(planOf(layout, count, 1_280, 720).cells).toHaveLength(perPage)
  })

  test('the automatic one takes all, up to 36', () => {
    expect(planOf('auto', 17, 1_280, 720).cells).toHaveLength(17)
    expect(planOf('auto', 100, 1_280, 720).cells).toHaveLength(36)
    expect(pagesOf(100, 36)).toBe(3)
    expect(pagesOf(0, 9)).toBe(1)
  })

  test.each<[WallLayout, number, number]>([
    ['1+5', 3, 2],
    ['1+7', 4, 3],
  ])('%s has %i columns and one large place of %i at the top left', (layout, edge, span) => {
    const { columns, rows, cells } = planOf(layout, 40, 1_920, 1_080)
    expect([columns, rows]).toEqual([edge, edge])
    expect(cells[0]).toEqual({ column: 1, row: 1, span })
    expect(cells.slice(1).every((cell) => cell.span === 1)).toBe(true)
  })

  /** What is left of four screens beside rail, bars and alerts, and a whole one. */
  const areas = [
    [920, 620],
    [1_080, 800],
    [1_560, 980],
    [3_480, 2_060],
    [1_920, 1_080],
  ] as const
  test.each(layouts.flatMap((layout) => areas.map(([width, height]) => [layout, width, height] as const)))(
    '%s on %i x %i: no tile over another one or over the edge',
    (layout, widthPx, heightPx) => {
      const { cells, tilePx, rowPx } = planOf(layout, 16, widthPx, heightPx)
      const rects = cells.map((cell) => rect(cell, tilePx, rowPx))
      for (const one of rects) {
        expect(one.right).toBeLessThanOrEqual(widthPx)
        expect(one.bottom).toBeLessThanOrEqual(heightPx)
      }
      for (const [index, a] of rects.entries())
        for (const b of rects.slice(index + 1))
          expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true)
    },
  )

  test.each(layouts.flatMap((layout) => areas.map(([width, height]) => [layout, width, height] as const)))(
    '%s on %i x %i: the line takes no more than a twentieth of the picture',
    (layout, widthPx, heightPx) => {
      const plan = planOf(layout, 16, widthPx, heightPx)
      const alone = tileWidthPx(plan, widthPx, heightPx, 0)
      expect(plan.tilePx).toBeGreaterThanOrEqual(alone * 0.95)
      // And where it costs nothing it covers nothing.
      if (tileWidthPx(plan, widthPx, heightPx, plan.linePx) === alone) expect(plan.bar).toBe('under')
    },
  )
})

describe('arrows', () => {
  const even = planOf('16', 16, 1_280, 720).cells
  test.each([
    [0, 'ArrowRight', 1],
    [0, 'ArrowLeft', undefined],
    [3, 'ArrowRight', 4],
    [2, 'ArrowDown', 6],
    [8, 'ArrowDown', undefined],
    [5, 'ArrowUp', 1],
    [9, 'ArrowRight', undefined],
    [5, 'Tab', undefined],
    [40, 'ArrowUp', undefined],
  ])('from tile %i of 10 in 4 columns, %s leads to %s', (index, key, expected) => {
    expect(moved(even, index, key, 10)).toBe(expected)
  })

  // 0 0 1
  // 0 0 2
  // 3 4 5
  const wide = planOf('1+5', 6, 1_280, 720).cells
  test.each([
    [0, 'ArrowRight', 1],
    [0, 'ArrowDown', 3],
    [1, 'ArrowDown', 2],
    [2, 'ArrowDown', 5],
    [2, 'ArrowUp', 1],
    [3, 'ArrowUp', 0],
    [4, 'ArrowUp', 0],
    [5, 'ArrowUp', 2],
    [1, 'ArrowUp', undefined],
  ])('from tile %i of one large and five small, %s leads to %s', (index, key, expected) => {
    expect(moved(wide, index, key, 6)).toBe(expected)
  })
})
