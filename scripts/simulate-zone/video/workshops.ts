import { ellipse, picture, polygon, rect } from './canvas.ts'
import { lamp, type paths, room, row, type Scene, sign, steam, steelBox, table, worker } from './scenery.ts'

type Paths = ReturnType<typeof paths>

/** A frame of hanging thread noodles. */
function strands(width: number, height: number, colour: string) {
  const target = picture(width, height)
  rect(target, 0, 0, width, 10, ['#b98b58', '#8a6238'], { radius: 5 })
  for (let x = 8; x < width - 6; x += 7)
    rect(target, x, 8, 3.2, height - 16 - ((x * 37) % 14), [colour, `${colour}c8`], { radius: 1.5 })
  return target
}

export function noodleHall({ sway, at, pass }: Paths): Scene {
  const backdrop = room({ wall: ['#e9e4d6', '#d8d0bc'], floor: ['#b9b6a6', '#8f8c7d'], lamps: 3 })
  for (const x of [90, 470, 850])
    for (const side of [x, x + 320]) rect(backdrop, side, 150, 10, 400, ['#9a7347', '#6d4e2c'])
  rect(backdrop, 80, 146, 1_110, 10, '#7e5a34')
  const near = strands(300, 330, '#f7efd9')
  const far = strands(290, 240, '#efe3c4')
  return {
    backdrop,
    sprites: [
      { picture: far, x: sway(150, 5, 6), y: at(170) },
      { picture: far, x: sway(520, 5, 6, 0.3), y: at(170) },
      { picture: far, x: sway(900, 5, 6, 0.6), y: at(170) },
      { picture: worker(), x: pass(-140, 1_300, 0.8), y: sway(300, 4, 24) },
      { picture: near, x: sway(40, 8, 5), y: at(250) },
      { picture: near, x: sway(700, 8, 5, 0.4), y: at(250) },
      { picture: near, x: sway(1_030, 8, 5, 0.7), y: at(250) },
    ],
  }
}

export function dryingRoom({ sway, at, belt }: Paths): Scene {
  const backdrop = room({ wall: ['#d9c9ab', '#c2ad85'], floor: ['#9d8d70', '#71644c'], tiles: false, lamps: 2 })
  for (const x of [30, 1_000]) {
    steelBox(backdrop, x, 150, 250, 330)
    for (let i = 0; i < 6; i++) rect(backdrop, x + 30, 190 + i * 34, 190, 10, '#3d474d', { radius: 4 })
  }
  const cart = picture(1_280 + 260, 330)
  for (let x = 0; x < cart.width; x += 260) {
    for (let level = 0; level < 7; level++) {
      rect(cart, x + 20, 12 + level * 40, 200, 7, '#8f6b40')
      rect(cart, x + 26, 19 + level * 40, 188, 22, ['#f4e6bf', '#dcc58d'], { radius: 5 })
    }
    for (const side of [14, 218]) rect(cart, x + side, 0, 9, 306, ['#d0d7da', '#828d93'])
    for (const wheel of [30, 210]) ellipse(cart, x + wheel, 316, 12, 12, '#2d3336')
  }
  return {
    backdrop,
    sprites: [
      { picture: cart, x: belt(-260, 260, 1), y: at(300) },
      { picture: steam(260, 300, '16'), x: sway(80, 20, 3), y: sway(30, 16, 5) },
      { picture: steam(260, 300, '16'), x: sway(960, 20, 3, 0.4), y: sway(30, 16, 5, 0.5) },
      { picture: lamp('#ffb02e'), x: at(250), y: sway(120, 2, 12) },
    ],
  }
}

export function packingRoom({ belt, at, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#eaf1f3', '#cfdde2'], floor: ['#8fb3a4', '#5f8576'] })
  sign(backdrop, 100, 110, 170, 90, '#2f7d5b')
  steelBox(backdrop, 830, 190, 260, 200)
  rect(backdrop, 860, 230, 120, 70, '#123a52', { radius: 6 })
  const conveyor = picture(1_280, 210)
  rect(conveyor, -10, 0, 1_300, 34, ['#4a545a', '#2d3539'])
  rect(conveyor, -10, 34, 1_300, 60, ['#aab5ba', '#717d83'])
  for (let x = 40; x < 1_280; x += 160) rect(conveyor, x, 94, 18, 110, ['#8b979d', '#566168'])
  const packs = row(180, 1_480, 96, (target, x) => {
    rect(target, x + 20, 14, 124, 80, ['#fff4d8', '#e3c88f'], { radius: 10 })
    rect(target, x + 20, 40, 124, 24, '#c6352b')
    rect(target, x + 46, 46, 72, 10, '#ffe9b0', { radius: 4 })
  })
  return {
    backdrop,
    sprites: [
      { picture: worker(), x: sway(320, 26, 4), y: at(180) },
      { picture: worker(), x: sway(600, 22, 5, 0.3), y: at(186) },
      { picture: conveyor, x: at(0), y: at(420) },
      { picture: packs, x: belt(-180, 180, 12), y: at(336) },
      { picture: worker('#eef5fb'), x: sway(140, 60, 2), y: at(412) },
      { picture: lamp('#48d597'), x: sway(1_010, 0, 1), y: at(180) },
    ],
  }
}

export function coolingRoom({ at, belt, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#e3eef2', '#c2d6de'], floor: ['#a9bcc4', '#7b909a'] })
  for (const x of [160, 560, 960]) {
    rect(backdrop, x, 110, 180, 110, ['#f5f8f9', '#c3ced3'], { radius: 8 })
    ellipse(backdrop, x + 90, 165, 44, 44, '#35424a')
  }
  for (const y of [360, 520]) rect(backdrop, -10, y, 1_300, 26, ['#c4ced3', '#7c888e'])
  const fan = picture(90, 90)
  for (const [dx, dy] of [
    [0, -22],
    [0, 22],
    [-22, 0],
    [22, 0],
  ] as const)
    ellipse(fan, 45 + dx, 45 + dy, dx ? 22 : 9, dx ? 9 : 22, '#b9c7ce')
  const sheets = row(150, 1_440, 60, (target, x) => {
    rect(target, x + 8, 12, 126, 44, ['#ffffff', '#e1e8ea'], { radius: 16 })
    for (let i = 0; i < 6; i++) rect(target, x + 20, 18 + i * 6, 104, 2, '#c7d2d6')
  })
  return {
    backdrop,
    sprites: [
      ...[205, 605, 1_005].map((x, i) => ({
        picture: fan,
        x: sway(x, 9, 40, i / 3),
        y: sway(120, 9, 40, i / 3 + 0.25),
      })),
      { picture: sheets, x: belt(-150, 150, 9), y: at(306) },
      { picture: worker(), x: sway(880, 70, 2), y: at(270) },
      { picture: sheets, x: belt(-150, 150, 14), y: at(466) },
    ],
  }
}

export function bakery({ at, belt, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#f1dfc6', '#dcbf97'], floor: ['#b58f69', '#7e5f42'], lamps: 2 })
  for (const x of [80, 420]) {
    steelBox(backdrop, x, 160, 300, 280)
    rect(backdrop, x + 30, 200, 240, 90, ['#3a1e10', '#7a3512'], { radius: 8 })
    rect(backdrop, x + 30, 320, 240, 90, ['#3a1e10', '#7a3512'], { radius: 8 })
  }
  table(backdrop, 780, 330, 440, 200)
  const glow = picture(240, 90)
  rect(glow, 0, 0, 240, 90, ['#ffb24a00', '#ff8b1f90'], { radius: 8, soft: 30 })
  const buns = row(110, 1_390, 70, (target, x) => {
    ellipse(target, x + 50, 40, 42, 26, ['#f3c878', '#b9762f'])
    ellipse(target, x + 42, 30, 18, 8, '#ffe9bd80', { soft: 8 })
  })
  return {
    backdrop,
    sprites: [
      { picture: glow, x: sway(110, 0, 1), y: sway(200, 5, 18) },
      { picture: glow, x: at(450), y: sway(320, 5, 22) },
      { picture: worker('#fff7ea'), x: sway(930, 80, 3), y: at(255) },
      { picture: buns, x: belt(-110, 110, 10), y: at(560) },
      { picture: steam(240, 240, '18'), x: sway(380, 24, 4), y: sway(20, 12, 5) },
    ],
  }
}

export function boilerRoom({ at, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#e7ece6', '#c9d3c8'], floor: ['#98a89b', '#69786d'] })
  for (const x of [150, 520, 890]) {
    ellipse(backdrop, x + 130, 560, 160, 24, '#00000050', { soft: 18 })
    rect(backdrop, x, 300, 260, 250, ['#d7dee2', '#7d898f'], { radius: 40 })
    ellipse(backdrop, x + 130, 310, 130, 42, ['#aab5bb', '#dfe5e8'])
    ellipse(backdrop, x + 130, 312, 112, 33, ['#fff8e2', '#e9d9ac'])
    rect(backdrop, x + 20, 340, 24, 180, '#ffffff40', { soft: 8 })
    ellipse(backdrop, x + 200, 430, 30, 30, '#f8fafa')
    ellipse(backdrop, x + 200, 430, 25, 25, '#2b3940')
    rect(backdrop, x + 118, 60, 20, 190, ['#9aa6ac', '#c7d0d4'])
  }
  const needle = picture(30, 6)
  rect(needle, 0, 0, 30, 6, '#ff5a48', { radius: 3 })
  return {
    backdrop,
    sprites: [
      { picture: worker(), x: sway(400, 60, 2), y: at(330) },
      ...[150, 520, 890].map((x, i) => ({ picture: needle, x: at(x + 186), y: sway(427, 12, 3 + i) })),
      ...[150, 520, 890].map((x, i) => ({
        picture: steam(320, 330, '34'),
        x: sway(x - 30, 26, 4 + i, i / 3),
        y: sway(6, 26, 5 + i, i / 4),
      })),
    ],
  }
}

export function skinRoom({ at, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#ece7da', '#d2cab6'], floor: ['#9c9a8e', '#6c6a60'] })
  const skin = picture(150, 150)
  rect(skin, 6, 4, 138, 8, '#8a6238', { radius: 4 })
  polygon(skin, [14, 10, 136, 10, 126, 146, 26, 140], ['#f8e3a2e8', '#e5c25fd8'])
  for (const y of [330, 480])
    for (let x = 60; x < 1_200; x += 230) {
      rect(backdrop, x, y, 210, 90, ['#b9c3c8', '#717d83'], { radius: 8 })
      polygon(backdrop, [x + 10, y + 34, x + 30, y + 4, x + 180, y + 4, x + 200, y + 34], ['#fff4cf', '#efd997'])
    }
  return {
    backdrop,
    sprites: [
      { picture: steam(300, 280, '22'), x: sway(130, 22, 4), y: sway(110, 14, 5) },
      { picture: worker(), x: sway(300, 90, 2), y: at(290) },
      { picture: worker(), x: sway(860, 90, 2, 0.5), y: at(290) },
      { picture: skin, x: sway(380, 90, 2), y: sway(380, 40, 6) },
      { picture: skin, x: sway(940, 90, 2, 0.5), y: sway(380, 40, 6, 0.4) },
      { picture: steam(300, 280, '22'), x: sway(840, 22, 5), y: sway(230, 14, 4) },
      { picture: steam(300, 280, '22'), x: sway(420, 22, 5, 0.5), y: sway(260, 14, 4) },
    ],
  }
}

export function kettleRoom({ at, sway }: Paths): Scene {
  const backdrop = room({ wall: ['#e9dcd2', '#cbb3a3'], floor: ['#8d7568', '#5f4c43'], lamps: 2 })
  for (const x of [80, 470, 860]) {
    rect(backdrop, x, 390, 320, 190, ['#b7a69b', '#6f5e54'], { radius: 16 })
    ellipse(backdrop, x + 160, 390, 160, 52, ['#49545a', '#9aa5aa'])
    ellipse(backdrop, x + 160, 392, 138, 40, ['#7a3d1c', '#4b2310'])
    rect(backdrop, x + 110, 520, 100, 50, ['#2c1208', '#c4521a'], { radius: 20 })
  }
  const lumps = picture(200, 50)
  for (let i = 0; i < 6; i++) ellipse(lumps, 22 + i * 31, 25 + (i % 2) * 10, 18, 11, ['#c98a52', '#8a4f24'])
  return {
    backdrop,
    sprites: [
      ...[80, 470, 860].map((x, i) => ({ picture: lumps, x: sway(x + 60, 14, 6 + i), y: sway(366, 5, 11 + i) })),
      { picture: worker('#f4f1ee', '#3b3532'), x: sway(700, 110, 2), y: at(370) },
      ...[80, 470, 860].map((x, i) => ({
        picture: steam(330, 330, '2c'),
        x: sway(x, 24, 4, i / 3),
        y: sway(70, 22, 5, i / 3),
      })),
    ],
  }
}
