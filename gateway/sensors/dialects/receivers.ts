import type { LivenessSaid } from '../../domain/dialect.ts'
import { keepLast } from './fields.ts'

/**
 * Receivers that hear devices by radio and pass on what these say. A device is lost when the last receiver that heard it is, and there again
 * when one hears it.
 */
export interface Receivers {
  /** Names of receivers by device; none are left of one that is lost. */
  readonly hears: Map<string, Set<string>>
}

const maxDevices = 4_000
const maxReceivers = 8

export const receivers = (): Receivers => ({ hears: new Map() })

/** @returns that the device is there again, when all its receivers were lost; else nothing */
export function heardBy({ hears }: Receivers, receiver: string, device: string): LivenessSaid[] {
  const by = hears.get(device) ?? new Set()
  const wasLost = hears.has(device) && by.size === 0
  if (by.size < maxReceivers) by.add(receiver)
  keepLast(hears, device, by, maxDevices)
  return wasLost ? [{ device, alive: true }] : []
}

/** @returns the devices that nobody hears any more */
export function receiverLost({ hears }: Receivers, receiver: string): LivenessSaid[] {
  const lost: LivenessSaid[] = []
  for (const [device, by] of hears) if (by.delete(receiver) && by.size === 0) lost.push({ device, alive: false })
  return lost
}

/** A device that speaks for itself is its own receiver: it said that it goes, or its will does. `heardBy` with its own name takes that back. */
export function deviceLost({ hears }: Receivers, device: string): LivenessSaid[] {
  keepLast(hears, device, new Set(), maxDevices)
  return [{ device, alive: false }]
}

/** What a receiver says of itself, or its last will says of it; undefined for other words. */
export function onlineWord(payload: Uint8Array): boolean | undefined {
  if (payload.byteLength > 16) return undefined
  const word = new TextDecoder().decode(payload).trim().toLowerCase()
  return word === 'online' || word === 'true' ? true : word === 'offline' || word === 'false' ? false : undefined
}
