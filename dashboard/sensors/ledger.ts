import type { ReadingLedger, SensorAccount } from '../../gateway/contract/sensor.ts'

export type Sums = Omit<SensorAccount, 'sensorId' | 'store'>

const none: Sums = { received: 0, stored: 0, quarantined: 0, lost: 0, waiting: 0, difference: 0 }

/** The accounts of all sensors towards one store in one line. A difference of one must not hide behind the opposite one of another. */
export function sumsOf(accounts: readonly SensorAccount[]): Sums {
  return accounts.reduce<Sums>(
    (sum, one) => ({
      received: sum.received + one.received,
      stored: sum.stored + one.stored,
      quarantined: sum.quarantined + one.quarantined,
      lost: sum.lost + one.lost,
      waiting: sum.waiting + one.waiting,
      difference: sum.difference + Math.abs(one.difference),
    }),
    none,
  )
}

/** The names of the stores, in the order in which the gateway tells them. */
export const storesOf = ({ accounts, backlogs }: Pick<ReadingLedger, 'accounts' | 'backlogs'>): string[] => [
  ...new Set([...backlogs, ...accounts].map(({ store }) => store)),
]

export const isPlain = ({ quarantined, lost, difference }: Sums): boolean =>
  quarantined === 0 && lost === 0 && difference === 0

/** The gravest first: what does not add up, what was lost, what was refused. */
export const byGravity = (a: Sums, b: Sums): number =>
  Math.abs(b.difference) - Math.abs(a.difference) || b.lost - a.lost || b.quarantined - a.quarantined
