import type { Packet } from './channel.ts'

/** Who watches what the box makes of a channel: MPEG-1, or single pictures. */
export interface MadeViewer {
  onPacket(packet: Packet): void
  /** There will be no more packets. */
  onEnd(): void
}
