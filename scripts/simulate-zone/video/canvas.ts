/** A small picture to draw on: straight RGBA, top-left origin, antialiased shapes. Enough for a workshop, no more. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray
}

/** `#rrggbb` or `#rrggbbaa`; two of them are a gradient from top to bottom. */
export type Paint = string | readonly [string, string]
type Rgba = readonly [number, number, number, number]

export const picture = (width: number, height: number): Picture => ({
  width,
  height,
  rgba: new Uint8ClampedArray(width * height * 4),
})

const clamp = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value)

function parse(hex: string): Rgba {
  const at = (index: number) => Number.parseInt(hex.slice(index, index + 2), 16)
  return [at(1), at(3), at(5), hex.length > 7 ? at(7) / 255 : 1]
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function fill(target: Picture, box: Box, paint: Paint, coverage: (x: number, y: number) => number): void {
  const [top, bottom] = typeof paint === 'string' ? [parse(paint), parse(paint)] : [parse(paint[0]), parse(paint[1])]
  const fromX = Math.max(0, Math.floor(box.x) - 1)
  const toX = Math.min(target.width, Math.ceil(box.x + box.width) + 1)
  const fromY = Math.max(0, Math.floor(box.y) - 1)
  const toY = Math.min(target.height, Math.ceil(box.y + box.height) + 1)
  const { rgba } = target
  for (let y = fromY; y < toY; y++) {
    const mix = clamp((y - box.y) / Math.max(1, box.height))
    const channel = (index: 0 | 1 | 2 | 3) => top[index] + (bottom[index] - top[index]) * mix
    const [red, green, blue, opacity] = [channel(0), channel(1), channel(2), channel(3)]
    for (let x = fromX; x < toX; x++) {
      const above = opacity * coverage(x + 0.5, y + 0.5)
      if (above <= 0) continue
      const at = (y * target.width + x) * 4
      const below = ((rgba[at + 3] ?? 0) / 255) * (1 - above)
      const sum = above + below
      rgba[at] = (red * above + (rgba[at] ?? 0) * below) / sum
      rgba[at + 1] = (green * above + (rgba[at + 1] ?? 0) * below) / sum
      rgba[at + 2] = (blue * above + (rgba[at + 2] ?? 0) * below) / sum
      rgba[at + 3] = sum * 255
    }
  }
}

/** @param radius of the corners @param soft width in pixels over which the edge fades inwards */
export function rect(
  target: Picture,
  x: number,
  y: number,
  width: number,
  height: number,
  paint: Paint,
  { radius = 0, soft = 1 }: { radius?: number; soft?: number } = {},
): void {
  const [halfW, halfH] = [width / 2, height / 2]
  fill(target, { x, y, width, height }, paint, (px, py) => {
    const dx = Math.abs(px - x - halfW) - halfW + radius
    const dy = Math.abs(py - y - halfH) - halfH + radius
    const distance = Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius
    return clamp(0.5 - distance / soft)
  })
}

export function ellipse(
  target: Picture,
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  paint: Paint,
  { soft = 1 }: { soft?: number } = {},
): void {
  const scale = Math.min(rx, ry)
  fill(target, { x: cx - rx, y: cy - ry, width: 2 * rx, height: 2 * ry }, paint, (px, py) =>
    clamp(0.5 - ((Math.hypot((px - cx) / rx, (py - cy) / ry) - 1) * scale) / soft - (soft > 1 ? 0.5 : 0)),
  )
}

/** Even-odd polygon; points are x, y, x, y ... */
export function polygon(target: Picture, points: readonly number[], paint: Paint): void {
  const xs = points.filter((_, index) => index % 2 === 0)
  const ys = points.filter((_, index) => index % 2 === 1)
  const inside = (px: number, py: number): boolean => {
    let odd = false
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      const [xi = 0, yi = 0, xj = 0, yj = 0] = [xs[i], ys[i], xs[j], ys[j]]
      if (yi > py !== yj > py && px < ((xj - xi) * (py - yi)) / (yj - yi) + xi) odd = !odd
    }
    return odd
  }
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  const box = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
  const offsets = [-0.25, 0.25]
  fill(target, box, paint, (px, py) => {
    let hits = 0
    for (const dx of offsets) for (const dy of offsets) if (inside(px + dx, py + dy)) hits++
    return hits / 4
  })
}

const segments = ['abcdef', 'bc', 'abged', 'abgcd', 'fgbc', 'afgcd', 'afgedc', 'abc', 'abcdefg', 'abfgcd'] as const
const bars: Record<string, readonly [number, number, number, number]> = {
  a: [0.1, 0, 0.8, 0.12],
  b: [0.85, 0.05, 0.15, 0.45],
  c: [0.85, 0.5, 0.15, 0.45],
  d: [0.1, 0.88, 0.8, 0.12],
  e: [0, 0.5, 0.15, 0.45],
  f: [0, 0.05, 0.15, 0.45],
  g: [0.1, 0.44, 0.8, 0.12],
}

/** Seven-segment digits, for machines without any font. */
export function digits(target: Picture, x: number, y: number, height: number, text: string, paint: Paint): void {
  const width = height * 0.55
  for (const [index, digit] of text.split('').entries())
    for (const name of segments[Number(digit)] ?? '') {
      const [bx = 0, by = 0, bw = 0, bh = 0] = bars[name] ?? []
      rect(target, x + index * width * 1.4 + bx * width, y + by * height, bw * width, bh * height, paint)
    }
}

/** The picture as a PAM file (RGB_ALPHA), which every ffmpeg reads. */
export function toPam({ width, height, rgba }: Picture): Buffer {
  const header = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n`
  return Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from(rgba.buffer)])
}
