import type { Camera } from '../../gateway/contract/camera.ts'

/** How many pictures a page of the wall has; `auto` shows as many as stay readable. */
export const layouts = ['auto', '1', '4', '9', '16'] as const
export type Layout = (typeof layouts)[number]

export interface Grid {
  readonly columns: number
  readonly rows: number
}

/** The line under each picture, and the space between tiles: as in tile.css and wall.css. */
export const barPx = 30
export const gapPx = 4

const aspect = 16 / 9
const autoMost = 36
const leastTilePx = 80

/** How wide each tile can be: a picture of 16:9 with its line below. Whole pixels. */
export function tileWidthPx({ columns, rows }: Grid, widthPx: number, heightPx: number): number {
  const byWidth = (widthPx - (columns - 1) * gapPx) / columns
  const byHeight = ((heightPx - (rows - 1) * gapPx) / rows - barPx) * aspect
  return Math.max(leastTilePx, Math.floor(Math.min(byWidth, byHeight)))
}

/** Columns and rows for `count` tiles, so that each becomes as large as the area allows. */
export function fitGrid(count: number, widthPx: number, heightPx: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count) }
  let bestWidthPx = 0
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns) || 1
    const tilePx = tileWidthPx({ columns, rows }, widthPx, heightPx)
    // Equally large: the wider grid, as screens are.
    if (tilePx >= bestWidthPx) {
      best = { columns, rows }
      bestWidthPx = tilePx
    }
  }
  return best
}

/** The grid of a page and how many pictures it takes. */
export function gridOf(layout: Layout, count: number, widthPx: number, heightPx: number): Grid & { perPage: number } {
  if (layout === 'auto') {
    const perPage = Math.min(autoMost, Math.max(1, count))
    return { ...fitGrid(perPage, widthPx, heightPx), perPage }
  }
  const perPage = Number(layout)
  const edge = Math.sqrt(perPage)
  return { columns: edge, rows: edge, perPage }
}

export const pagesOf = (count: number, perPage: number): number => Math.max(1, Math.ceil(count / perPage))

/** Where an arrow key leads from tile `index` of `count`; undefined when the page ends there. */
export function moved(index: number, key: string, count: number, columns: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }
  const step = steps[key]
  if (step === undefined) return undefined
  const next = index + step
  return next >= 0 && next < count ? next : undefined
}

const trouble: Record<Camera['state']['status'], number> = { offline: 0, connecting: 1, recording: 2, disabled: 3 }

/** Cameras with trouble first, the newest trouble before older; the others keep their order. */
export function byTrouble(cameras: readonly Camera[]): Camera[] {
  return cameras.toSorted((a, b) => {
    const order = trouble[a.state.status] - trouble[b.state.status]
    if (order !== 0) return order
    return a.state.status === 'offline' ? b.state.sinceUtcMs - a.state.sinceUtcMs : 0
  })
}
