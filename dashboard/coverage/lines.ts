import type { Camera } from '../../gateway/contract/camera.ts'
import type { CoverageRow } from '../../gateway/contract/footage.ts'
import { minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { type Place, placeBeside } from '../api/places.ts'
import { type Account, accountOf, addUp, percentOf } from './account.ts'
import type { Column } from './columns.ts'

/** What a cell says, the worst first. `off`: nothing was expected. `unknown`: something was, and nothing is known of it. */
export const kinds = ['defect', 'unknown', 'big', 'small', 'complete', 'planned', 'off'] as const
export type Kind = (typeof kinds)[number]

export interface Cell {
  readonly kind: Kind
  readonly account: Account
  /** null: nothing was expected. */
  readonly percent: number | null
}

export interface Line {
  /** Of the camera, the workshop or the shared area. */
  readonly id: string
  readonly name: string
  /** Where it is, as far as its name does not say it. */
  readonly place: string
  /** null: a place with several cameras. */
  readonly cameraId: string | null
  readonly cells: readonly Cell[]
  readonly total: Cell
  /** The cameras of a place. */
  readonly members: readonly Line[]
}

/** From here on a gap is a big one: what lacks less than a hundredth can be explained in a sentence. */
const bigBelow = 99

/** The gateway counts every 10 s; what is younger is not missing yet. */
const countedAfterMs = minutes(2)

function cell(account: Account, hasUnknown: boolean): Cell {
  const percent = percentOf(account)
  return { kind: kindOf(account, percent, hasUnknown), account, percent }
}

function kindOf(account: Account, percent: number | null, hasUnknown: boolean): Kind {
  if (account.unexplainedSeconds > 0) return 'defect'
  if (hasUnknown) return 'unknown'
  if (percent === null) return account.plannedOffSeconds > 0 ? 'planned' : 'off'
  if (percent === 100) return 'complete'
  return percent < bigBelow ? 'big' : 'small'
}

const together = (cells: readonly Cell[]): Cell =>
  cell(
    addUp(cells.map(({ account }) => account)),
    cells.some(({ kind }) => kind === 'unknown'),
  )

export interface StripParts {
  readonly rows: readonly CoverageRow[]
  readonly columns: readonly Column[]
  readonly cameras: readonly Pick<Camera, 'id' | 'name' | 'areaId' | 'addedUtcMs'>[]
  readonly places: ReadonlyMap<string, Place>
  readonly nowUtcMs: UtcMs
  /** Names a camera that is not there any more. */
  readonly removed: (cameraId: string) => string
}

/** The lines of the strip in the zone's order: workshops and shared areas with their cameras; a camera that is alone stands by itself. */
export function linesOf(parts: StripParts): Line[] {
  const { rows, cameras, places } = parts
  const rowAt = new Map(rows.map((row) => [`${row.cameraId} ${row.fromUtcMs}`, row]))
  const known = new Set(cameras.map(({ id }) => id))
  const gone = new Map(
    rows.flatMap(({ cameraId, areaId }) => (cameraId === null || known.has(cameraId) ? [] : [[cameraId, areaId]])),
  )
  const lives: readonly Life[] = [
    ...cameras,
    ...[...gone].map(([id, areaId]) => ({ id, areaId, name: parts.removed(id), addedUtcMs: null })),
  ]
  const order = new Map([...places.keys()].map((areaId, index) => [areaId, index]))
  const rank = ({ areaId }: Life): number => order.get(areaId) ?? order.size
  const groups = Map.groupBy(
    lives.toSorted((a, b) => rank(a) - rank(b)),
    ({ areaId }) => places.get(areaId)?.workshop?.id ?? areaId,
  )
  return [...groups].map(([id, members]) => {
    const lines = members.map((life) => lineOf(life, rowAt, parts))
    const [only] = lines
    if (lines.length === 1 && only !== undefined) return only
    const place = places.get(members[0]?.areaId ?? '')
    const cells = parts.columns.map((_, n) => together(lines.flatMap((line) => line.cells[n] ?? [])))
    const name = place?.workshop?.name ?? place?.area.name ?? id
    return { id, name, place: '', cameraId: null, cells, total: together(cells), members: lines }
  })
}

interface Life extends Pick<Camera, 'id' | 'name' | 'areaId'> {
  /** null: removed. */
  readonly addedUtcMs: UtcMs | null
}

function lineOf(
  { id, name, areaId, addedUtcMs }: Life,
  rowAt: ReadonlyMap<string, CoverageRow>,
  parts: StripParts,
): Line {
  const nothing = addUp([])
  const cells = parts.columns.map(({ fromUtcMs, toUtcMs }) => {
    const row = rowAt.get(`${id} ${fromUtcMs}`)
    if (row !== undefined) return cell(accountOf(row), false)
    const isDue = addedUtcMs !== null && addedUtcMs < toUtcMs && fromUtcMs < parts.nowUtcMs - countedAfterMs
    return cell(nothing, isDue)
  })
  const place = placeBeside(name, parts.places.get(areaId))
  return { id, name, place, cameraId: id, cells, total: together(cells), members: [] }
}

/** All lines as one. */
export function sumLine(lines: readonly Line[], columns: readonly Column[], name: string): Line {
  const cells = columns.map((_, n) => together(lines.flatMap((line) => line.cells[n] ?? [])))
  return { id: 'all', name, place: '', cameraId: null, cells, total: together(cells), members: lines }
}

/** A line by its id, in whatever place it stands. */
export const findLine = (lines: readonly Line[], id: string): Line | undefined =>
  lines.flatMap((line) => [line, ...line.members]).find((line) => line.id === id)
