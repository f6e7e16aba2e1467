import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { WallSettings } from '../../gateway/contract/wall.ts'
import type { Place } from '../api/places.ts'
import { inGroup } from './groups.ts'
import { type Cell, gapPx, pagesOf, type Plan, planOf } from './layout.ts'
import { byTrouble, inSequence } from './order.ts'
import type { TileRole } from './tile.tsx'

/** Sockets of a page and of the one that is opened behind it. */
const socketsMost = 64

export interface SceneFacts {
  readonly cameras: readonly Camera[]
  readonly settings: WallSettings
  readonly open: readonly Alert[]
  readonly places: ReadonlyMap<string, Place>
  /** Of the area for the tiles, CSS pixels. */
  readonly sizePx: { readonly width: number; readonly height: number }
  readonly page: number
  /** Enlarged by the person. */
  readonly chosenId: string | null
  /** Brought to the front by an alert. */
  readonly frontId: string | null
  /** The next page is opened behind this one. */
  readonly ahead: boolean
}

export interface TilePlace {
  readonly camera: Camera
  readonly role: TileRole
  readonly cell: Cell
  readonly index: number
}

export interface Scene {
  readonly plan: Plan
  readonly pages: number
  /** The page that is shown. */
  readonly at: number
  /** What the page shows, in order. */
  readonly shown: readonly Camera[]
  readonly large: Camera | null
  /** Everything that plays, in the order of the zone, which no choice changes: so no tile ever moves in the document. */
  readonly tiles: readonly TilePlace[]
}

const alone: Cell = { column: 1, row: 1, span: 1 }

/** What stands where: the whole of the wall's arrangement, from what is known and chosen. */
export function sceneOf(facts: SceneFacts): Scene {
  const { cameras, settings, open, places, sizePx, page, chosenId, frontId, ahead } = facts
  const mine = cameras.filter((camera) => inGroup(settings.group, camera, places, open))
  const placed = inSequence(mine, settings.sequence)
  const ordered = settings.troubleFirst ? byTrouble(placed, open) : placed
  const plan = planOf(settings.layout, ordered.length, sizePx.width, sizePx.height)
  const perPage = plan.cells.length
  const pages = pagesOf(ordered.length, perPage)
  const at = Math.min(page, pages - 1)
  const pageOf = (n: number) => ordered.slice(n * perPage, (n + 1) * perPage)

  const front = cameras.find(({ id }) => id === frontId) ?? null
  // Where there is a large place the others need not go: the front takes it.
  const inWide = front !== null && chosenId === null && (plan.cells[0]?.span ?? 1) > 1
  const others = pageOf(at).filter((camera) => !inWide || camera.id !== front?.id)
  const shown = inWide && front !== null ? [front, ...others].slice(0, perPage) : others
  const large = inWide ? null : (front ?? cameras.find(({ id }) => id === chosenId) ?? null)

  const tiles = new Map<string, TilePlace>()
  if (ahead && large === null && pages > 1) {
    const next = pageOf((at + 1) % pages).slice(0, Math.max(0, socketsMost - shown.length))
    for (const [index, camera] of next.entries())
      tiles.set(camera.id, { camera, role: 'ahead', cell: plan.cells[index] ?? alone, index })
  }
  for (const [index, camera] of shown.entries()) {
    const role = large === null ? 'shown' : camera.id === large.id ? 'large' : 'aside'
    tiles.set(camera.id, { camera, role, cell: plan.cells[index] ?? alone, index })
  }
  if (large !== null && !tiles.has(large.id))
    tiles.set(large.id, { camera: large, role: 'large', cell: alone, index: 0 })
  const inOrder = cameras.flatMap(({ id }) => tiles.get(id) ?? [])
  return { plan, pages, at, shown, large, tiles: inOrder }
}

/** The height of a tile's picture in CSS pixels. */
export function pictureHeightPx({ role, cell }: TilePlace, { rowPx, linePx, bar }: Plan, areaHeightPx: number): number {
  if (role === 'large') return areaHeightPx - linePx
  return cell.span * rowPx + (cell.span - 1) * gapPx - (bar === 'under' ? linePx : 0)
}

/** Whose picture matters most: the large one, then by place, of which the first is the largest. */
export const byImportance = (tiles: readonly TilePlace[]): readonly TilePlace[] =>
  tiles.toSorted((a, b) => Number(b.role === 'large') - Number(a.role === 'large') || a.index - b.index)
