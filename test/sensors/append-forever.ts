import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { outbox } from '../../gateway/sensors/outbox.ts'
import { openStore } from '../../gateway/store/open.ts'
import { quietTools } from '../support/sensors.ts'

/** Appends readings until it is killed, and says the number of each one as soon as its append has resolved. */
const store = openStore(join(process.argv[2] ?? '', 'outbox.db'), 'outbox')
const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
for (let n = 0; ; n += 5) {
  await Promise.all(
    Array.from({ length: 5 }, async (_, k) => {
      const utcMs = Date.now()
      await queue.append([{ sensorId: 's', metric: 'm', value: n + k, quality: 'ok', utcMs, deviceUtcMs: null }])
      writeSync(1, `${n + k}\n`)
    }),
  )
}
