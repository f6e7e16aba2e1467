import { ellipse, type Paint, type Picture, picture, polygon, rect } from './canvas.ts'

export const sceneWidth = 1_280
export const sceneHeight = 720

/** A small picture on a path; x and y are ffmpeg overlay expressions of `t`. */
export interface Sprite {
  readonly picture: Picture
  readonly x: string
  readonly y: string
}

export interface Scene {
  readonly backdrop: Picture
  readonly sprites: readonly Sprite[]
}

/** Motions that meet their own start after `loopSeconds`, so that the clip goes round without a jump. */
export const paths = (loopSeconds: number) => ({
  at: (value: number) => String(value),
  sway: (middle: number, reach: number, rounds: number, phase = 0) =>
    `${middle}+${reach}*sin(2*PI*(${rounds}*t/${loopSeconds}+${phase}))`,
  /** Moves by `spacing` again and again: a belt of things that all look alike. */
  belt: (start: number, spacing: number, rounds: number) =>
    `${start}+mod(t*${spacing * rounds}/${loopSeconds},${spacing})`,
  /** Once across per round, resting outside the picture for the other part. */
  pass: (from: number, to: number, share = 1, phase = 0) =>
    `${from}+${to - from}*min(1,mod(t/${loopSeconds}+${phase},1)/${share})`,
})

interface Room {
  readonly wall: readonly [string, string]
  readonly floor: readonly [string, string]
  readonly horizon?: number
  readonly tiles?: boolean
  readonly lamps?: number
}

/** A room seen from a camera under the ceiling. */
export function room({ wall, floor, horizon = 270, tiles = true, lamps = 3 }: Room): Picture {
  const target = picture(sceneWidth, sceneHeight)
  rect(target, -2, -2, sceneWidth + 4, horizon + 4, wall)
  if (tiles) {
    for (let x = 0; x < sceneWidth; x += 64) rect(target, x, 60, 1.5, horizon - 60, '#00000012')
    for (let y = 60; y < horizon; y += 42) rect(target, 0, y, sceneWidth, 1.5, '#00000012')
  }
  rect(target, -2, horizon, sceneWidth + 4, sceneHeight - horizon + 4, floor)
  for (let i = -10; i <= 10; i++)
    polygon(target, [640 + i * 70, horizon, 640 + i * 210, 720, 643 + i * 210, 720, 641 + i * 70, horizon], '#0000000e')
  for (let i = 1; i <= 5; i++) rect(target, 0, horizon + 14 * i * i, sceneWidth, 1.5, '#0000000e')
  rect(target, 0, horizon - 12, sceneWidth, 14, '#00000026', { soft: 6 })
  for (let i = 0; i < lamps; i++) {
    const x = (sceneWidth / (lamps + 1)) * (i + 1)
    ellipse(target, x, 20, 260, 130, '#ffffff38', { soft: 130 })
    rect(target, x - 110, 6, 220, 14, '#fffef2', { radius: 6 })
    ellipse(target, x, horizon + 190, 210, 60, '#ffffff1e', { soft: 60 })
  }
  return target
}

/** Darkens the upper and lower edge, where the writing stands. */
export function shade(target: Picture): void {
  rect(target, 0, 0, sceneWidth, 86, ['#00000078', '#00000000'])
  rect(target, 0, sceneHeight - 70, sceneWidth, 72, ['#00000000', '#00000066'])
}

export function steelBox(target: Picture, x: number, y: number, width: number, height: number, depth = 26): void {
  ellipse(target, x + width / 2, y + height, width * 0.56, 20, '#00000040', { soft: 18 })
  rect(target, x, y, width, height, ['#c9d1d6', '#7d8990'], { radius: 4 })
  polygon(target, [x, y, x + depth, y - depth, x + width - depth / 2, y - depth, x + width, y], '#e6ecef')
  rect(target, x + width * 0.1, y + 6, width * 0.08, height - 14, '#ffffff38', { soft: 6 })
  rect(target, x + 8, y + height - 18, width - 16, 5, '#59656c')
}

export function table(target: Picture, x: number, y: number, width: number, height = 120): void {
  ellipse(target, x + width / 2, y + height, width * 0.5, 16, '#00000038', { soft: 14 })
  for (const leg of [x + 10, x + width - 22]) rect(target, leg, y, 12, height, ['#aab4ba', '#69757c'])
  rect(target, x + 10, y + height * 0.7, width - 20, 8, '#8c979d')
  polygon(target, [x, y + 16, x + 30, y - 16, x + width - 30, y - 16, x + width, y + 16], ['#f1f5f6', '#c6d0d5'])
  rect(target, x, y + 14, width, 14, ['#b3bdc3', '#8b969c'], { radius: 2 })
}

/** A worker in white with cap and mask, seen from a little above. */
export function worker(coat = '#f6f8f8', trousers = '#42525c'): Picture {
  const target = picture(130, 300)
  ellipse(target, 65, 286, 52, 12, '#00000050', { soft: 10 })
  rect(target, 38, 190, 24, 94, trousers, { radius: 8 })
  rect(target, 68, 190, 24, 94, trousers, { radius: 8 })
  rect(target, 34, 274, 30, 14, '#e9edee', { radius: 6 })
  rect(target, 66, 274, 30, 14, '#e9edee', { radius: 6 })
  rect(target, 28, 84, 74, 140, [coat, '#c9d2d6'], { radius: 22 })
  rect(target, 12, 92, 24, 96, [coat, '#bfc9ce'], { radius: 12 })
  rect(target, 94, 92, 24, 96, [coat, '#bfc9ce'], { radius: 12 })
  rect(target, 62, 100, 3, 110, '#00000018')
  ellipse(target, 24, 192, 11, 11, '#e7b48f')
  ellipse(target, 106, 192, 11, 11, '#e7b48f')
  ellipse(target, 65, 52, 27, 32, '#eabf9c')
  rect(target, 42, 54, 46, 26, '#d7eaf5', { radius: 10 })
  ellipse(target, 65, 30, 32, 22, coat)
  rect(target, 34, 30, 62, 12, '#dfe6e9', { radius: 6 })
  return target
}

export function steam(width: number, height: number, strength = '2a'): Picture {
  const target = picture(width, height)
  for (let i = 0; i < 9; i++) {
    const up = i / 8
    const x = width * (0.5 + 0.22 * Math.sin(i * 2.1) * (0.4 + up))
    const radius = width * (0.12 + 0.2 * up)
    ellipse(target, x, height * (0.9 - 0.72 * up), radius, radius * 1.15, `#ffffff${strength}`, { soft: radius })
  }
  return target
}

/** One thing repeated along a row, wide enough to slide by one `spacing`. */
export function row(
  spacing: number,
  width: number,
  height: number,
  draw: (target: Picture, x: number) => void,
): Picture {
  const target = picture(width, height)
  for (let x = 0; x < width; x += spacing) draw(target, x)
  return target
}

/** Runs along the lower edge once per round: a counter for machines without any font. */
export function progress({ pass, at }: ReturnType<typeof paths>): Sprite {
  const target = picture(48, 12)
  rect(target, 0, 0, 48, 12, '#ffffff', { radius: 4 })
  return { picture: target, x: pass(0, sceneWidth), y: at(sceneHeight - 20) }
}

/** A round lamp with a glow. */
export function lamp(colour: string): Picture {
  const target = picture(60, 60)
  ellipse(target, 30, 30, 28, 28, `${colour}70`, { soft: 24 })
  ellipse(target, 30, 30, 9, 9, colour)
  return target
}

export function sign(target: Picture, x: number, y: number, width: number, height: number, paint: Paint): void {
  rect(target, x, y, width, height, paint, { radius: 6 })
  for (let line = 0; line < 3; line++)
    rect(target, x + 14, y + 14 + line * ((height - 20) / 3), width * (0.7 - line * 0.15), 6, '#ffffffb0', {
      radius: 3,
    })
}
