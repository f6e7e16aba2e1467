import { ellipse, type Picture, picture, polygon, rect } from './canvas.ts'
import { lamp, type paths, room, type Scene, sceneWidth, sign, steelBox, table, worker } from './scenery.ts'

type Paths = ReturnType<typeof paths>

function outdoors(ground: readonly [string, string]): Picture {
  const target = picture(sceneWidth, 720)
  rect(target, -2, -2, 1_284, 280, ['#86b7dd', '#dcebf2'])
  for (const [x, y, r] of [
    [200, 110, 90],
    [300, 120, 70],
    [930, 80, 100],
    [1_050, 95, 70],
  ] as const)
    ellipse(target, x, y, r, r * 0.4, '#ffffffb0', { soft: 30 })
  polygon(
    target,
    [0, 280, 0, 190, 260, 110, 520, 230, 760, 130, 1_060, 220, 1_280, 140, 1_280, 280],
    ['#6f9d7d', '#8fb494'],
  )
  rect(target, -2, 270, 1_284, 460, ground)
  return target
}

function building(target: Picture, x: number, width: number, colour: string): void {
  rect(target, x, 150, width, 190, [colour, '#b7b2a6'])
  polygon(target, [x - 14, 152, x + width / 2, 104, x + width + 14, 152], '#7c3f32')
  for (let w = x + 24; w < x + width - 50; w += 76) rect(target, w, 190, 44, 52, ['#3c5668', '#7fa2b5'], { radius: 3 })
}

function truck(colour: string): Picture {
  const target = picture(360, 190)
  ellipse(target, 180, 176, 176, 14, '#00000060', { soft: 12 })
  rect(target, 0, 20, 250, 130, [colour, '#8f969a'], { radius: 6 })
  rect(target, 20, 62, 210, 26, '#ffffff70')
  rect(target, 256, 62, 96, 92, ['#f3f5f6', '#a9b2b6'], { radius: 14 })
  rect(target, 286, 74, 58, 34, ['#2e4352', '#6c8ea3'], { radius: 6 })
  for (const x of [62, 190, 300]) {
    ellipse(target, x, 158, 25, 25, '#23282b')
    ellipse(target, x, 158, 11, 11, '#a8b0b4')
  }
  return target
}

export function gate({ at, pass, sway }: Paths): Scene {
  const backdrop = outdoors(['#9a9a94', '#6d6e6a'])
  building(backdrop, 40, 300, '#e7dfcf')
  building(backdrop, 960, 280, '#e3dccd')
  rect(backdrop, 360, 120, 34, 330, ['#a33d33', '#6d241d'])
  rect(backdrop, 900, 120, 34, 330, ['#a33d33', '#6d241d'])
  rect(backdrop, 330, 90, 634, 60, ['#b4483c', '#7d2b22'], { radius: 8 })
  for (let x = 420; x < 880; x += 66) rect(backdrop, x, 104, 40, 32, '#f6d98c', { radius: 5 })
  polygon(backdrop, [420, 450, 880, 450, 1_240, 720, 40, 720], '#80817d')
  const bar = picture(440, 16)
  for (let x = 0; x < 440; x += 44) rect(bar, x, 0, 44, 16, x % 88 ? '#ffffff' : '#d33a2c')
  return {
    backdrop,
    sprites: [
      { picture: truck('#e9eef0'), x: pass(-380, 1_300, 0.55), y: sway(430, 2, 30) },
      { picture: bar, x: at(410), y: sway(330, 30, 2) },
      { picture: worker('#3c5f86', '#26313a'), x: sway(950, 24, 3), y: at(350) },
    ],
  }
}

export function road({ pass, sway, at }: Paths): Scene {
  const backdrop = outdoors(['#8b8d8a', '#5c5e5c'])
  building(backdrop, 0, 420, '#dfe3e1')
  building(backdrop, 480, 380, '#e6e0d2')
  for (const x of [90, 250, 560, 720]) rect(backdrop, x, 250, 110, 90, ['#8c98a0', '#55616a'])
  for (let x = 40; x < 1_280; x += 180) polygon(backdrop, [x, 560, x + 90, 560, x + 80, 574, x - 14, 574], '#f3efdfb0')
  const boxes = picture(90, 120)
  for (let i = 0; i < 3; i++) rect(boxes, 6 + i * 3, 4 + i * 38, 78, 36, ['#d6a86b', '#a87a42'], { radius: 3 })
  return {
    backdrop,
    sprites: [
      { picture: boxes, x: at(930), y: at(300) },
      { picture: worker('#c8d3ae', '#3f4a3a'), x: sway(1_000, 120, 2), y: at(240) },
      { picture: truck('#4f86b8'), x: pass(1_300, -380, 0.5), y: at(370) },
      { picture: truck('#d9a441'), x: pass(-400, 1_300, 0.45, 0.4), y: sway(500, 2, 30) },
    ],
  }
}

export function corridor({ pass, sway, at }: Paths): Scene {
  const backdrop = room({ wall: ['#e8edee', '#ccd6d8'], floor: ['#9db7ac', '#6f8d80'], horizon: 300, lamps: 1 })
  polygon(backdrop, [0, 0, 470, 180, 470, 330, 0, 720], ['#dfe6e6', '#b6c3c4'])
  polygon(backdrop, [1_280, 0, 810, 180, 810, 330, 1_280, 720], ['#dfe6e6', '#b6c3c4'])
  rect(backdrop, 560, 190, 160, 140, ['#6d7f86', '#94a5ab'])
  for (const [x, scale] of [
    [60, 1],
    [230, 0.72],
    [360, 0.5],
  ] as const)
    for (const left of [x, 1_280 - x - 110 * scale]) {
      rect(backdrop, left, 330 - 170 * scale, 110 * scale, 300 * scale, ['#4f7f9e', '#2f5873'], { radius: 4 })
      rect(backdrop, left + 30 * scale, 350 - 150 * scale, 50 * scale, 60 * scale, '#cfe6f2')
    }
  return {
    backdrop,
    sprites: [
      { picture: worker(), x: sway(500, 40, 1), y: pass(180, 720, 0.7) },
      { picture: worker('#dce9f2'), x: at(690), y: pass(720, 170, 0.8, 0.35) },
      { picture: lamp('#40d684'), x: at(610), y: sway(150, 1, 24) },
    ],
  }
}

export function lab({ sway, at }: Paths): Scene {
  const backdrop = room({ wall: ['#f2f6f8', '#d6e2e8'], floor: ['#b7c6cd', '#8798a1'], lamps: 4 })
  steelBox(backdrop, 60, 170, 190, 330)
  rect(backdrop, 84, 200, 142, 130, ['#0f2b3c', '#2a566f'], { radius: 8 })
  steelBox(backdrop, 1_040, 200, 180, 290)
  rect(backdrop, 1_066, 230, 128, 90, ['#53280f', '#a45a22'], { radius: 8 })
  table(backdrop, 310, 380, 680, 210)
  for (const [x, colour] of [
    [370, '#4fa3d9'],
    [440, '#e2c048'],
    [510, '#5fba7d'],
    [860, '#d76d6d'],
  ] as const) {
    rect(backdrop, x, 316, 34, 52, ['#ffffffa0', colour], { radius: 8 })
    rect(backdrop, x + 11, 294, 12, 26, '#ffffffa0')
  }
  rect(backdrop, 640, 300, 120, 70, ['#e9eef0', '#a4b0b6'], { radius: 8 })
  rect(backdrop, 656, 312, 70, 24, '#0d3c2a')
  return {
    backdrop,
    sprites: [
      { picture: worker(), x: sway(560, 130, 2), y: at(310) },
      { picture: lamp('#35e08c'), x: at(200), y: sway(325, 1, 20) },
      { picture: lamp('#ff9a3c'), x: sway(1_160, 1, 20), y: at(310) },
    ],
  }
}

export function outfall({ belt, sway, at }: Paths): Scene {
  const backdrop = outdoors(['#7f917c', '#55664f'])
  rect(backdrop, 0, 300, 1_280, 130, ['#b9bcb6', '#8f938c'])
  ellipse(backdrop, 420, 380, 80, 70, '#6c716c')
  ellipse(backdrop, 420, 380, 62, 54, '#23302f')
  steelBox(backdrop, 900, 230, 220, 150)
  rect(backdrop, -2, 480, 1_284, 242, ['#4c8a93', '#24545f'])
  const ripples = picture(1_280 + 160, 200)
  for (let y = 0; y < 200; y += 26)
    for (let x = -40; x < 1_480; x += 160)
      ellipse(ripples, x + ((y * 53) % 160), y + 12, 50, 4, '#d8f2f238', { soft: 4 })
  const jet = picture(120, 190)
  polygon(jet, [20, 0, 100, 0, 116, 190, 4, 190], ['#c8e6e8d0', '#8fc4cab0'])
  for (let i = 0; i < 5; i++) rect(jet, 26 + i * 16, 10, 4, 176, '#ffffff60', { soft: 3 })
  return {
    backdrop,
    sprites: [
      { picture: ripples, x: belt(-160, 160, 8), y: at(500) },
      { picture: jet, x: sway(360, 3, 30), y: sway(390, 3, 22) },
      { picture: lamp('#35e08c'), x: at(1_040), y: sway(240, 1, 20) },
    ],
  }
}

export function wasteRoom({ sway, pass, at }: Paths): Scene {
  const backdrop = room({ wall: ['#d5d8d2', '#b3b8af'], floor: ['#8c8f88', '#60635d'], lamps: 2 })
  for (const [x, colour] of [
    [90, '#3f8f57'],
    [330, '#3b74ad'],
    [570, '#8d8f91'],
    [810, '#b0413a'],
  ] as const) {
    ellipse(backdrop, x + 95, 520, 110, 18, '#00000050', { soft: 14 })
    rect(backdrop, x, 320, 190, 200, [colour, '#2a2f2d'], { radius: 14 })
    rect(backdrop, x - 10, 296, 210, 34, colour, { radius: 10 })
    rect(backdrop, x + 60, 380, 70, 70, '#ffffff50', { radius: 12 })
  }
  sign(backdrop, 1_040, 120, 160, 90, '#2f7d5b')
  const rat = picture(60, 24)
  ellipse(rat, 34, 14, 20, 8, '#4b463f')
  rect(rat, 0, 14, 22, 2, '#4b463f')
  return {
    backdrop,
    sprites: [
      { picture: worker('#d9e4cf', '#3c4438'), x: pass(1_300, -140, 0.8), y: sway(350, 3, 24) },
      { picture: rat, x: pass(-80, 1_320, 0.2, 0.5), y: at(600) },
    ],
  }
}

export function coldStore({ sway, at, pass }: Paths): Scene {
  const backdrop = room({ wall: ['#dcebf4', '#a9c6d8'], floor: ['#8ea8b8', '#5f7a8b'], lamps: 2 })
  for (const x of [40, 330, 620])
    for (let level = 0; level < 3; level++) {
      rect(backdrop, x, 210 + level * 120, 250, 10, '#eef4f7')
      for (let i = 0; i < 4; i++)
        rect(
          backdrop,
          x + 8 + i * 60,
          140 + level * 120,
          52,
          70,
          i % 2 ? ['#e8f2f6', '#b8cdd8'] : ['#e6cf9a', '#bb9d5e'],
          {
            radius: 5,
          },
        )
    }
  rect(backdrop, 940, 120, 280, 430, ['#f4f8fa', '#b6c6cf'], { radius: 10 })
  rect(backdrop, 965, 145, 230, 380, ['#d4e0e6', '#9fb2bd'], { radius: 6 })
  rect(backdrop, 980, 320, 18, 90, '#46555d', { radius: 8 })
  const frost = picture(420, 220)
  for (let i = 0; i < 7; i++) ellipse(frost, 60 + i * 50, 110 + (i % 3) * 24, 80, 50, '#ffffff24', { soft: 50 })
  return {
    backdrop,
    sprites: [
      { picture: worker('#4f7fa8', '#2d3c49'), x: pass(1_300, -140, 0.7), y: sway(370, 3, 24) },
      { picture: frost, x: sway(760, 60, 2), y: sway(520, 12, 3) },
      { picture: frost, x: sway(240, 60, 2, 0.5), y: sway(510, 12, 3, 0.5) },
      { picture: lamp('#ff4d3d'), x: at(1_050), y: sway(88, 1, 20) },
    ],
  }
}

export function jarRoom({ sway, at }: Paths): Scene {
  const backdrop = room({ wall: ['#dfe6d6', '#bcc8ac'], floor: ['#8a8470', '#5f5a4b'], lamps: 3 })
  const jar = (x: number, y: number, size: number) => {
    ellipse(backdrop, x, y + size * 0.95, size * 0.8, size * 0.18, '#00000050', { soft: 10 })
    ellipse(backdrop, x, y, size * 0.8, size, ['#8a5a36', '#4a2c18'])
    ellipse(backdrop, x - size * 0.3, y - size * 0.35, size * 0.16, size * 0.34, '#ffffff30', { soft: 12 })
    ellipse(backdrop, x, y - size * 0.86, size * 0.46, size * 0.16, ['#3f7d46', '#2b5530'])
  }
  for (let x = 110; x < 1_280; x += 176) jar(x, 350, 74)
  for (let x = 60; x < 1_280; x += 232) jar(x, 540, 100)
  const ladle = picture(40, 150)
  rect(ladle, 17, 0, 6, 120, '#b98b58', { radius: 3 })
  ellipse(ladle, 20, 126, 18, 14, '#d6c08a')
  return {
    backdrop,
    sprites: [
      { picture: worker('#eef3e6'), x: sway(560, 200, 2), y: at(150) },
      { picture: ladle, x: sway(660, 200, 2), y: sway(270, 18, 8) },
    ],
  }
}
