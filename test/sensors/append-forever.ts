import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { outbox } from '../../gateway/sensors/outbox.ts'
import { openStore } from '../../gateway/store/open.ts'
import { quietTools } from '../support/sensors.ts'

/** Appends readings until it is killed, and says the number of each one as soon as its append has resolved. */
const store = openStore(join(process.argv[2] ?? '', 'outbox.db'), 'outbox')
const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
const reading = { sensorId: 's', metric: 'm', rawValue: null, quality: 'ok', deviceUtcMs: null, source: 't' } as const
for (let n = 0; ; n += 5) {
  await Promise.all(
    Array.from({ length: 5 }, async (_, k) => {
      const utcMs = Date.now()
      await queue.append([{ ...reading, value: n + k, utcMs }])
      writeSync(1, `${n + k}\n`)
    }),
  )
}
