import type { Dialect, Said } from '../domain/dialect.ts'
import type { Packet } from '../domain/reading.ts'

/** A dialect with its memory, whatever that looks like. */
export interface OpenDialect extends Pick<Dialect<unknown>, 'source' | 'prefix'> {
  filters(): readonly string[]
  owns(topic: string): boolean
  decode(packet: Packet): Said
}

/** Begins a dialect. */
export function openDialect<State>({ source, prefix, begin, filters, owns, decode }: Dialect<State>): OpenDialect {
  const state = begin()
  return {
    source,
    prefix,
    filters: () => filters(state),
    owns: (topic) => owns(topic, state),
    decode: (packet) => decode(packet, state),
  }
}
