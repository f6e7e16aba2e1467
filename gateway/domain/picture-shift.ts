import { planeHeight, planeWidth } from './picture-look.ts'

/** Edges at half the size of the plane: what stays when the light changes. */
export interface EdgeMap {
  /** `mapWidth` x `mapHeight` numbers. */
  readonly edges: Float32Array
}
const mapWidth = planeWidth / 2
const mapHeight = planeHeight / 2
/** How far a shift is looked for: a quarter of the picture. */
const reachX = mapWidth / 4
const reachY = Math.floor(mapHeight / 4)
/** Burned-in names and clocks stand at the top and bottom and never move: they would speak for the old view. */
const marginY = 5

/** A view against the reference: scores are correlations, 1 the same, 0 nothing in common. */
export interface Shift {
  /** Where it should be, give or take two points. */
  readonly atHome: number
  /** The best place of all, and how far that is, in parts of the picture's width. */
  readonly best: number
  readonly distance: number
}

export function edgeMapOf(plane: Uint8Array): EdgeMap {
  const edges = new Float32Array(mapWidth * mapHeight)
  for (let y = 1; y < planeHeight - 1; y++)
    for (let x = 1; x < planeWidth - 1; x++) {
      const at = y * planeWidth + x
      const dx = (plane[at + 1] ?? 0) - (plane[at - 1] ?? 0)
      const dy = (plane[at + planeWidth] ?? 0) - (plane[at - planeWidth] ?? 0)
      const to = (y >> 1) * mapWidth + (x >> 1)
      edges[to] = (edges[to] ?? 0) + Math.hypot(dx, dy)
    }
  // One bright lamp must not outvote the room: the root evens strong and weak edges out.
  for (let n = 0; n < edges.length; n++) edges[n] = Math.sqrt(edges[n] ?? 0)
  return { edges }
}

/** Finds `now` in `reference`. The whole search costs some 10 ms, and is only made when the view is not where it should be. */
export function shiftOf(reference: EdgeMap, now: EdgeMap): Shift {
  let atHome = -1
  for (let dy = -2; dy <= 2; dy++)
    for (let dx = -2; dx <= 2; dx++) atHome = Math.max(atHome, correlation(reference, now, dx, dy))
  if (atHome >= 0.6) return { atHome, best: atHome, distance: 0 }
  let best = { score: atHome, dx: 0, dy: 0 }
  for (let dy = -reachY; dy <= reachY; dy++)
    for (let dx = -reachX; dx <= reachX; dx++) {
      const score = correlation(reference, now, dx, dy)
      if (score > best.score) best = { score, dx, dy }
    }
  return { atHome, best: best.score, distance: Math.hypot(best.dx, best.dy) / mapWidth }
}

/** Pearson's, over the part that both show when `now` is moved by `dx`, `dy`. */
function correlation({ edges: a }: EdgeMap, { edges: b }: EdgeMap, dx: number, dy: number): number {
  const fromX = Math.max(0, dx)
  const toX = Math.min(mapWidth, mapWidth + dx)
  const fromY = Math.max(marginY, marginY + dy)
  const toY = Math.min(mapHeight - marginY, mapHeight - marginY + dy)
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0]
  for (let y = fromY; y < toY; y++) {
    let atA = y * mapWidth + fromX
    let atB = (y - dy) * mapWidth + fromX - dx
    for (const end = y * mapWidth + toX; atA < end; atA++, atB++) {
      const valueA = a[atA] ?? 0
      const valueB = b[atB] ?? 0
      sumA += valueA
      sumB += valueB
      sumAA += valueA * valueA
      sumBB += valueB * valueB
      sumAB += valueA * valueB
    }
  }
  const count = (toX - fromX) * (toY - fromY)
  const spread = Math.sqrt((sumAA - (sumA * sumA) / count) * (sumBB - (sumB * sumB) / count))
  return spread > 1e-6 ? (sumAB - (sumA * sumB) / count) / spread : 0
}
