/** The judge on real pictures: scenes of the demo zone, encoded and decoded by ffmpeg, then harmed as cameras are harmed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { freshHealth, judge, type PictureHealth } from '../../gateway/domain/picture-health.ts'
import { brightnessOf, changeOf, textureOf } from '../../gateway/domain/picture-look.ts'
import { edgeMapOf, shiftOf } from '../../gateway/domain/picture-shift.ts'
import { pictureTroubles } from '../../gateway/domain/words.ts'
import { toPam } from '../../scripts/simulate-zone/video/canvas.ts'
import { drawScene, type SceneName } from '../../scripts/simulate-zone/video/scenes.ts'
import { openTempFolder, type TempFolder } from '../support/temp.ts'
import { planesOf } from './made-segment.ts'

const scenes: readonly SceneName[] = ['gate', 'lab', 'noodles', 'coldStore', 'kettles']
/** A sensor's noise, other in each frame. */
const noise = 'noise=alls=8:allf=t'
/** What the camera sees of the scene: a part, so that there is something beside it to turn to. */
const view = 'crop=1120:630:0:0,scale=1280:720'
const turned = 'crop=1120:630:130:0,scale=1280:720'
const knocked = 'crop=1120:630:100:90,scale=1280:720'
const harms = {
  black: 'drawbox=t=fill:color=black',
  'black with a clock': 'drawbox=t=fill:color=black,drawbox=x=960:y=24:w=290:h=34:t=fill:color=white',
  'a lens cap of grey': 'drawbox=t=fill:color=0x707070',
  grease: 'gblur=sigma=24',
  'a bag over it': 'drawbox=t=fill:color=0x505050@0.96',
  'turned by a tenth': turned,
  'knocked down': knocked,
  'half the light': 'lutyuv=y=16+(val-16)*0.5',
  'a fifth of the light': 'lutyuv=y=16+(val-16)*0.2',
  'too much light': 'lutyuv=y=min(235\\,val*1.3)',
  'infrared light': 'hue=s=0,eq=contrast=0.8:gamma=1.4',
  'half of it covered': 'drawbox=w=iw*0.5:t=fill:color=0x707070',
  'a small tremble': 'crop=iw-16:ih-8:16:8,scale=1280:720',
  'nothing at all': 'null',
} as const
type Harm = keyof typeof harms
const expected: Partial<Record<Harm, string>> = {
  black: 'black',
  'black with a clock': 'black',
  'a lens cap of grey': 'covered',
  grease: 'covered',
  'a bag over it': 'covered',
  'turned by a tenth': 'shifted',
  'knocked down': 'shifted',
}

let folder: TempFolder
beforeAll(() => {
  folder = openTempFolder('scenes')
  return () => folder.remove()
})

function sourceOf(scene: SceneName): string[] {
  const file = join(folder.path, `${scene}.pam`)
  writeFileSync(file, toPam(drawScene(scene, 20).backdrop))
  return ['-loop', '1', '-framerate', '5', '-i', file]
}

/** Looks ten seconds apart, each one of `planes` in turn. */
function watch(
  health: PictureHealth,
  reference: Uint8Array,
  planes: readonly Uint8Array[],
  looks: number,
): PictureHealth {
  const edges = edgeMapOf(reference)
  let state = health
  let anchor = planes[0] ?? reference
  for (let n = 0; n < looks; n++) {
    const plane = planes[n % planes.length] ?? reference
    const brightness = brightnessOf(plane)
    const change = changeOf(anchor, plane)
    if (change > 0.15) anchor = plane
    state = judge(state, {
      utcMs: (state.lookedUtcMs ?? 0) + 10_000,
      brightness,
      texture: textureOf(plane, brightness),
      same: n === 0 ? null : { change, sizeChange: 0 },
      shift: shiftOf(edges, edgeMapOf(plane)),
      repeated: false,
    })
  }
  return state
}

describe.each(scenes)('%s', (scene) => {
  let source: string[]
  let reference: Uint8Array
  let usual: PictureHealth
  beforeAll(() => {
    source = sourceOf(scene)
    const planes = planesOf(source, `${view},${noise}`, 3)
    reference = planes[0] ?? new Uint8Array()
    usual = watch(freshHealth, reference, planes, 60)
  })

  test.each(Object.keys(harms) as Harm[])('%s', (harm) => {
    const seen = harms[harm] === turned || harms[harm] === knocked ? harms[harm] : `${view},${harms[harm]}`
    const planes = planesOf(source, harm.startsWith('black') ? seen : `${seen},${noise}`, 3)
    const health = watch(usual, reference, planes, 30)
    expect(pictureTroubles.filter((trouble) => health.tracks[trouble].active)).toEqual(
      expected[harm] === undefined ? [] : [expected[harm]],
    )
  })
})
