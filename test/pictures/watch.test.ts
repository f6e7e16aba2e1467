import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { planeBytes } from '../../gateway/domain/picture-look.ts'
import { pictureTable } from '../../gateway/pictures/picture-table.ts'
import { pictureWatch } from '../../gateway/pictures/picture-watch.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'

function open() {
  const store = openStore(join(tempFolder('watch'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  const table = pictureTable(store)
  return { store, table, watch: pictureWatch(table) }
}
/** A lit picture of its own kind; `more` makes all of it lighter. */
const picture = (kind: number, more = 0) =>
  Uint8Array.from({ length: planeBytes }, (_, n) => 60 + ((n * (kind + 3) + Math.floor(n / 160) * 7) % 120) + more)

/** No two live keyframes have the same bytes. */
let frames = 0
const coded = (bytes: number) => ({ bytes, crc: frames++ })

test.each([
  ['one picture again and again', [0], true],
  ['two pictures in turn', [0, 1], true],
  ['four pictures in turn', [0, 1, 2, 3], true],
  ['five in turn: somebody walks to and fro', [0, 1, 2, 3, 4], false],
] as const)('%s', (_, kinds, frozen) => {
  const { watch } = open()
  const planes = kinds.map((kind) => picture(kind))
  const raised = Array.from({ length: 40 }, (_, n) =>
    watch.look('cam', {
      utcMs: n * 10_000,
      plane: planes[n % planes.length] ?? picture(0),
      coded: coded(90_000 + (n % 3)),
    }),
  )
  expect(raised.flat()).toEqual(frozen ? ['frozen'] : [])
})

test('light that changes too slowly to be seen from look to look adds up: the picture is not frozen', () => {
  const { watch } = open()
  // One grey level a minute, on one point of six at a time.
  const drift = (n: number) => picture(0).map((value, at) => value + Math.floor((n + (at % 6)) / 6))
  for (let n = 0; n < 100; n++) watch.look('cam', { utcMs: n * 10_000, plane: drift(n), coded: coded(90_000) })
  expect(watch.isActive('cam', 'frozen')).toBe(false)
})

test('a keyframe that carries remarks is as frozen as the others; one that is really larger is another picture', () => {
  const { watch } = open()
  const look = (cameraId: string, n: number, codedBytes: number) =>
    watch.look(cameraId, { utcMs: n * 10_000, plane: picture(0), coded: coded(codedBytes) })
  for (let n = 0; n < 30; n++) {
    look('remarks', n, n % 7 === 0 ? 30_500 : 30_000)
    look('larger', n, 30_000 + n * 2_000)
  }
  expect(watch.isActive('remarks', 'frozen')).toBe(true)
  expect(watch.isActive('larger', 'frozen')).toBe(false)
})

test('a recording that is played is told from life by its very bytes, also when it is a long one', () => {
  const { watch } = open()
  const live = Array.from({ length: 400 }, (_, n) => ({ plane: picture(n % 50), coded: coded(90_000 + n) }))
  const look = (n: number) => {
    const seen = live[n % live.length]
    return seen ? watch.look('cam', { utcMs: n * 10_000, ...seen }) : []
  }
  const raised = Array.from({ length: 800 }, (_, n) => look(n).map((trouble) => `${trouble} at ${n}`))
  expect(raised.flat()).toEqual(['looped at 405'])
})

test('of each camera and trouble the latest five pictures are kept, each with its own alert', () => {
  const { store, table } = open()
  const insert = store.db.prepare(
    `INSERT INTO alert (id, code, name, severity, camera_id, raised_utc_ms, cleared_utc_ms, acknowledged_utc_ms)
     VALUES (?, 'picture-black', 'n', 'warning', 'cam', ?, 1, 1)`,
  )
  for (let n = 1; n <= 8; n++) {
    table.addEvidence('cam', 'black', n * 60_000, { utcMs: n * 60_000 - 30_000, jpeg: Buffer.from([n]) })
    insert.run(`a${n}`, n * 60_000 + 2)
  }
  table.addEvidence('cam', 'frozen', 60_000, { utcMs: 1, jpeg: Buffer.from([99]) })
  insert.run('late', 8 * 60_000 + 9_000)
  const kept = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => table.ofAlert(`a${n}`)?.jpeg[0])
  expect(kept).toEqual([undefined, undefined, undefined, 4, 5, 6, 7, 8])
  // Raised long after the picture: it shows something else.
  expect(table.ofAlert('late')).toBeUndefined()
})
