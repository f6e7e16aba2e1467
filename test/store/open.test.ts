import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'

test.each([
  ['new', false],
  ['that came from a backup with wider rights', true],
])('a database %s is for the owner only, and so are the files beside it', (_what, isThere) => {
  const folder = tempFolder('store')
  const file = join(folder, 'gateway.db')
  if (isThere) writeFileSync(file, '', { mode: 0o644 })
  const store = openStore(file, 'gateway')
  store.db.exec("INSERT INTO zone (one, id, name, time_zone) VALUES (1, 'z', 'Z', 'Asia/Shanghai')")
  const modes = readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)])
  store.close()
  expect(modes).toEqual([
    ['gateway.db', '600'],
    ['gateway.db-shm', '600'],
    ['gateway.db-wal', '600'],
  ])
})
