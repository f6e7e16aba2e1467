import type { WallLayout } from '../../gateway/contract/wall.ts'

/** The space between tiles: as in wall.css. */
export const gapPx = 4
/** The line of each tile, as in tile-bar.css; an area this wide is a large screen, read from further away. */
export const linePxOf = (areaWidthPx: number): number => (areaWidthPx >= largeAreaPx ? 40 : 26)
const largeAreaPx = 2_400
/** The line lies over the picture where room of its own would make the picture smaller than this share. */
const leastShare = 0.95

const aspect = 16 / 9
const autoMost = 36
const leastTilePx = 80

/** A place for a tile, counted from 1; it takes `span` columns and rows. */
export interface Cell {
  readonly column: number
  readonly row: number
  readonly span: number
}
export interface Grid {
  readonly columns: number
  readonly rows: number
  /** In the order in which they are filled. */
  readonly cells: readonly Cell[]
}
export type Bar = 'under' | 'over'
/** A grid with its measures in CSS pixels. */
export interface Plan extends Grid {
  readonly tilePx: number
  readonly rowPx: number
  readonly linePx: number
  readonly bar: Bar
}

/** Tiles of one size, row by row. */
function even(columns: number, rows: number, count = columns * rows): Grid {
  const cells = Array.from({ length: count }, (_, index) => ({
    column: (index % columns) + 1,
    row: Math.floor(index / columns) + 1,
    span: 1,
  }))
  return { columns, rows, cells }
}

/** One large picture at the top left, the others to its right and below it. */
function oneAnd(edge: number): Grid {
  const beside = Array.from({ length: edge - 1 }, (_, index) => ({ column: edge, row: index + 1, span: 1 }))
  const below = Array.from({ length: edge }, (_, index) => ({ column: index + 1, row: edge, span: 1 }))
  return { columns: edge, rows: edge, cells: [{ column: 1, row: 1, span: edge - 1 }, ...beside, ...below] }
}

const fixed: Record<Exclude<WallLayout, 'auto'>, Grid> = {
  '1': even(1, 1),
  '4': even(2, 2),
  '9': even(3, 3),
  '16': even(4, 4),
  '25': even(5, 5),
  '1+5': oneAnd(3),
  '1+7': oneAnd(4),
}
export const layouts: readonly WallLayout[] = ['auto', '1', '4', '9', '16', '25', '1+5', '1+7']

/** How wide a tile can be, a picture of 16:9 with a line of `linePx` below it. Whole pixels. */
export function tileWidthPx(
  { columns, rows }: Pick<Grid, 'columns' | 'rows'>,
  widthPx: number,
  heightPx: number,
  linePx: number,
): number {
  const byWidth = (widthPx - (columns - 1) * gapPx) / columns
  const byHeight = ((heightPx - (rows - 1) * gapPx) / rows - linePx) * aspect
  return Math.max(leastTilePx, Math.floor(Math.min(byWidth, byHeight)))
}

/** Tiles of one size, so that each becomes as large as the area allows. */
export function fitGrid(count: number, widthPx: number, heightPx: number): Grid {
  const tiles = Math.max(1, count)
  let best = even(1, tiles)
  let bestWidthPx = 0
  for (let columns = 1; columns <= tiles; columns++) {
    const rows = Math.ceil(tiles / columns)
    const tilePx = tileWidthPx({ columns, rows }, widthPx, heightPx, linePxOf(widthPx))
    // Equally large: the wider grid, as screens are.
    if (tilePx >= bestWidthPx) {
      best = even(columns, rows, tiles)
      bestWidthPx = tilePx
    }
  }
  return best
}

/** The grid of a page in an area: its `cells` are the pictures it takes. Without room for lines they lie over the pictures. */
export function planOf(layout: WallLayout, count: number, widthPx: number, heightPx: number): Plan {
  const grid = layout === 'auto' ? fitGrid(Math.min(autoMost, count), widthPx, heightPx) : fixed[layout]
  const alone = tileWidthPx(grid, widthPx, heightPx, 0)
  const linePx = linePxOf(widthPx)
  const withLine = tileWidthPx(grid, widthPx, heightPx, linePx)
  const bar = withLine >= alone * leastShare ? 'under' : 'over'
  const tilePx = bar === 'under' ? withLine : alone
  // Rounded down: what is some pixels too high would not fit, and a picture has bars of a pixel at most.
  return { ...grid, tilePx, rowPx: Math.floor(tilePx / aspect) + (bar === 'under' ? linePx : 0), linePx, bar }
}

export const pagesOf = (count: number, perPage: number): number => Math.max(1, Math.ceil(count / perPage))

/** Where an arrow key leads from tile `index` of the first `count` cells; undefined when the page ends there. */
export function moved(cells: readonly Cell[], index: number, key: string, count: number): number | undefined {
  const from = cells[index]
  if (from === undefined) return undefined
  if (key === 'ArrowLeft') return index > 0 ? index - 1 : undefined
  if (key === 'ArrowRight') return index + 1 < count ? index + 1 : undefined
  const direction = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
  if (direction === 0) return undefined
  const edge = direction === 1 ? from.row + from.span : from.row - 1
  const touches = (cell: Cell) =>
    (direction === 1 ? cell.row : cell.row + cell.span - 1) === edge &&
    cell.column < from.column + from.span &&
    from.column < cell.column + cell.span
  const found = cells.slice(0, count).findIndex(touches)
  return found < 0 ? undefined : found
}
