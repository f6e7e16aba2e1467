import { ReadingLedger } from '../../contract/sensor.ts'
import type { App } from '../app.ts'
import type { HttpParts } from '../parts.ts'

/** Whether every reading that was received is stored, quarantined, named as lost, or on its way. */
export function ledgerRoutes(app: App, { readingLedger }: Pick<HttpParts, 'readingLedger'>): void {
  app.get(
    '/api/readings/ledger',
    {
      config: { permission: 'watch' },
      schema: {
        tags: ['sensors'],
        summary: 'The account of readings of each sensor towards each store, losses, and how far stores are behind',
        response: { 200: ReadingLedger },
      },
    },
    () => readingLedger(),
  )
}
