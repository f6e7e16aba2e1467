import { describe, expect, test } from 'vitest'
import type { Camera } from '../../gateway/contract/camera.ts'
import { barPx, byTrouble, fitGrid, gapPx, gridOf, moved, pagesOf, tileWidthPx } from '../../dashboard/wall/layout.ts'

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
    expect(fitGrid(count, widthPx, heightPx)).toEqual({ columns, rows })
  })

  test.each([
    [4, 4, 1_280, 720],
    [4, 4, 1_076, 800],
    [1, 1, 1_280, 720],
    [6, 6, 2_560, 1_200],
  ])('%i x %i tiles with their lines fit into %i x %i, as large as can be', (columns, rows, widthPx, heightPx) => {
    const tilePx = tileWidthPx({ columns, rows }, widthPx, heightPx)
    const needed = (px: number) => ({
      widthPx: columns * px + (columns - 1) * gapPx,
      heightPx: rows * ((px * 9) / 16 + barPx) + (rows - 1) * gapPx,
    })
    expect(needed(tilePx).widthPx).toBeLessThanOrEqual(widthPx)
    expect(needed(tilePx).heightPx).toBeLessThanOrEqual(heightPx)
    const larger = needed(tilePx + 1)
    expect(larger.widthPx > widthPx || larger.heightPx > heightPx).toBe(true)
  })

  test('fixed layouts page, the automatic one takes all up to 36', () => {
    expect(gridOf('9', 40, 1_280, 720)).toEqual({ columns: 3, rows: 3, perPage: 9 })
    expect(pagesOf(40, 9)).toBe(5)
    expect(gridOf('auto', 100, 1_280, 720).perPage).toBe(36)
    expect(pagesOf(0, 9)).toBe(1)
  })

  test.each([
    [0, 'ArrowRight', 1],
    [0, 'ArrowLeft', undefined],
    [2, 'ArrowDown', 6],
    [8, 'ArrowDown', undefined],
    [5, 'ArrowUp', 1],
    [5, 'Tab', undefined],
  ])('from tile %i of 10 in 4 columns, %s leads to %s', (index, key, expected) => {
    expect(moved(index, key, 10, 4)).toBe(expected)
  })

  test('trouble comes first, the newest before older', () => {
    const camera = (id: string, status: Camera['state']['status'], sinceUtcMs: number) =>
      ({ id, state: { status, sinceUtcMs } }) as Camera
    const wall = [
      camera('fine', 'recording', 1),
      camera('off', 'disabled', 1),
      camera('old', 'offline', 10),
      camera('new', 'offline', 90),
      camera('soon', 'connecting', 5),
      camera('fine-too', 'recording', 9),
    ]
    expect(byTrouble(wall).map((one) => one.id)).toEqual(['new', 'old', 'soon', 'fine', 'fine-too', 'off'])
  })
})
