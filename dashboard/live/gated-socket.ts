import type { Gate } from './gate.ts'
import type { OpenSocket, Socket, SocketEvents } from './ports.ts'

export interface GatedSocketEvents extends SocketEvents {
  /** Its turn has come: the handshake begins. */
  entered(): void
}

/** One connection at a time, each begun when the gate lets it in. Of one that was given up no event comes any more. */
export function gatedSocket(
  open: OpenSocket,
  gate: Gate,
  url: string,
  events: GatedSocketEvents,
  living: AbortSignal,
): { connect(): void; send(text: string): void; close(): void } {
  let socket: Socket | undefined
  let handshake: AbortController | undefined

  const close = () => {
    handshake?.abort()
    handshake = undefined
    socket?.close()
    socket = undefined
  }
  const begin = (own: AbortController) => {
    const mine: Socket = open(url, {
      opened() {
        own.abort()
        if (socket === mine) events.opened()
      },
      text: (text) => socket === mine && events.text(text),
      bytes: (bytes) => socket === mine && events.bytes(bytes),
      closed(code) {
        own.abort()
        if (socket !== mine) return
        socket = undefined
        events.closed(code)
      },
    })
    socket = mine
  }
  /** The place is given up as soon as the handshake is over, one way or the other. */
  const enter = async (own: AbortController) => {
    const either = AbortSignal.any([own.signal, living])
    const leave = await gate.enter(either)
    if (leave === undefined) return
    either.addEventListener('abort', leave, { once: true })
    if (either.aborted) return leave()
    events.entered()
    begin(own)
  }

  return {
    connect() {
      close()
      handshake = new AbortController()
      void enter(handshake)
    },
    send: (text) => socket?.send(text),
    close,
  }
}
