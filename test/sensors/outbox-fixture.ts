import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Reading } from '../../gateway/contract/sensor.ts'
import { type Outbox, outbox, type OutboxOptions } from '../../gateway/sensors/outbox.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'

export const reading = (n: number, more: Partial<Reading> = {}): Reading => ({
  sensorId: 's1',
  metric: 'temp',
  value: n,
  rawValue: null,
  quality: 'ok',
  utcMs: 1_000 + n,
  deviceUtcMs: null,
  source: 'zone/s1',
  ...more,
})

/** An outbox.db in a folder of each test, which can be closed and opened again. */
export function eachTest() {
  let end: AbortController
  const box = {
    folder: '',
    store: undefined as unknown as Store,
    open: (more: Partial<OutboxOptions> = {}): Outbox =>
      outbox({ store: box.store, tools: quietTools, cursors: ['a'], ...more }),
    /** As after the end of the program. */
    reopen(more: Partial<OutboxOptions> = {}): Outbox {
      if (box.store.db.open) box.store.close()
      box.store = openStore(join(box.folder, 'outbox.db'), 'outbox')
      return box.open(more)
    },
    rows: (table: string): number => box.store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
  }
  beforeEach(() => {
    end = new AbortController()
    box.folder = scratchFolder(end.signal)
    box.store = openStore(join(box.folder, 'outbox.db'), 'outbox')
  })
  afterEach(() => {
    if (box.store.db.open) box.store.close()
    end.abort()
  })
  return box
}

/** Takes everything that a store has not got, and acknowledges it. */
export function takeAll(queue: Outbox, store = 'a', limit = 1_000): Reading[] {
  const all: Reading[] = []
  for (;;) {
    const taken = queue.take(store, 'live', limit) ?? queue.take(store, 'backlog', limit)
    if (!taken) return all
    all.push(...taken.readings)
    queue.acknowledge(taken, [])
  }
}

/** One round of the upkeep. */
export async function upkeep(queue: Outbox): Promise<void> {
  await queue.run(AbortSignal.abort())
}
