import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { CameraCandidate } from '../contract/camera.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import { candidateBook } from './candidates.ts'
import { probeMessage, type Refusal, readProbeMatches } from './probe-matches.ts'

// The discovery of the `onvif` package is not used: it is one emitter for the whole process, keeps only the first of two matches in a
// datagram, takes the word of any sender for any host, does not check what an answer relates to, and asks once. Its parser is.

export interface DiscoveryOptions {
  /** Names or IPv4 addresses of network interfaces; empty means all but loopback. */
  readonly interfaces: readonly string[]
  readonly everyMs: Millis
  /** Endpoints and addresses of added cameras, with their ids. */
  readonly knownCameras: () => ReadonlyMap<string, string>
  readonly tools: Tools
  /** The list of candidates says something new. */
  readonly onChange: () => void
}

export type DiscoveryRefusal = Refusal | 'list-full' | 'too-many'

export interface CameraDiscovery {
  candidates(): CameraCandidate[]
  /**
   * Asks once on every interface and takes answers for about 3 s; ends early when `signal` aborts. A scan that already runs is shared.
   * @throws Failure away (`discovery-no-interface`) when no interface could be asked
   */
  scan(signal: AbortSignal): Promise<void>
  /** Scans every `everyMs` until `signal` aborts. Never throws. */
  run(signal: AbortSignal): Promise<void>
  /** How many answers were not believed, by reason, since the start. */
  refusals(): Readonly<Record<DiscoveryRefusal, number>>
}

const group = '239.255.255.250'
const port = 3702
/** UDP gets lost: each scan asks three times, the last time late enough for a camera that just woke. */
const probePausesMs: readonly Millis[] = [0, 300, 700]
const listenMs: Millis = 2_000
/** Answers read per scan; a flood beyond it is counted and thrown away unread. */
const mostAnswers = 4_096

/** WS-Discovery for ONVIF cameras: finds, never adds. Nothing happens before `scan` or `run`. */
export function cameraDiscovery(options: DiscoveryOptions): CameraDiscovery {
  const { interfaces, everyMs, knownCameras, tools, onChange } = options
  const { clock, log } = tools
  const book = candidateBook({ keepScans: 10, most: 512 })
  const refused: Record<DiscoveryRefusal, number> = {
    'too-large': 0,
    garbage: 0,
    'foreign-host': 0,
    'not-asked': 0,
    'list-full': 0,
    'too-many': 0,
  }
  /** What was already said: an operator needs one line per sender and reason, not one per datagram. */
  const told = new Set<string>()
  let running: Promise<void> | undefined

  function sayOnce(what: string, facts: Record<string, string>) {
    const key = [what, ...Object.values(facts)].join(' ')
    if (told.has(key) || told.size >= 1_024) return
    told.add(key)
    log.warn({ [LogKey.code]: `discovery-${what}`, ...facts }, 'a discovery answer is not believed')
  }

  function refuse(reason: DiscoveryRefusal, sender: string) {
    refused[reason]++
    sayOnce(reason, { sender })
  }

  function listen(socket: Socket, asked: ReadonlySet<string>, changed: () => void) {
    let answers = 0
    socket.on('message', (datagram, { address: sender }) => {
      if (++answers > mostAnswers) return refuse('too-many', sender)
      const { matches, refusals } = readProbeMatches(datagram, sender, asked)
      for (const reason of refusals) refuse(reason, sender)
      for (const match of matches) {
        const outcome = book.note(match, clock.now())
        if (outcome === 'full') refuse('list-full', sender)
        else if (outcome !== 'same') changed()
      }
    })
  }

  async function scanOnce(signal: AbortSignal): Promise<void> {
    const asked = new Set<string>()
    const sockets: Socket[] = []
    let failed: Failure | undefined
    let isChanged = false
    book.beginScan()
    try {
      for (const address of localAddresses(interfaces)) {
        try {
          // An interface that goes down while we listen costs its answers, nothing more.
          const socket = await openOn(address, (cause) => sayOnce('interface', { address, why: cause.message }))
          sockets.push(socket)
          listen(socket, asked, () => (isChanged = true))
        } catch (cause) {
          failed = noInterface(`cannot look for cameras on ${address}`, cause)
          sayOnce('interface', { address, why: toFailure(cause).message })
        }
      }
      if (sockets.length === 0) throw failed ?? noInterface('there is no network interface to look for cameras on')
      for (const pauseMs of probePausesMs) {
        if ((await clock.sleep(pauseMs, signal)) === 'aborted') return
        const messageId = `urn:uuid:${randomUUID()}`
        asked.add(messageId)
        const probe = Buffer.from(probeMessage(messageId))
        await Promise.all(sockets.map((socket) => send(socket, probe, sayOnce)))
      }
      if ((await clock.sleep(listenMs, signal)) === 'aborted') return
      if (book.endScan() > 0) isChanged = true
    } finally {
      await Promise.all(sockets.map(close))
      if (isChanged) onChange()
    }
  }

  function scan(signal: AbortSignal): Promise<void> {
    running ??= scanOnce(signal).finally(() => (running = undefined))
    return running
  }

  return {
    candidates() {
      const known = knownCameras()
      return book.list().map((candidate) => ({
        ...candidate,
        cameraId: known.get(candidate.endpoint) ?? known.get(candidate.address) ?? null,
      }))
    },
    scan,
    async run(signal) {
      let lastMessage = ''
      while (!signal.aborted) {
        try {
          await scan(signal)
          lastMessage = ''
        } catch (cause) {
          const failure = toFailure(cause)
          if (failure.message !== lastMessage) log.warn({ [LogKey.code]: failure.code }, failure.message)
          lastMessage = failure.message
        }
        await clock.sleep(everyMs, signal)
      }
    },
    refusals: () => ({ ...refused }),
  }
}

/** IPv4 addresses of this machine on the wanted interfaces. Read at each scan: cables are plugged and leases change. */
function localAddresses(wanted: readonly string[]): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((one) => one.family === 'IPv4')
      .filter((one) => (wanted.length === 0 ? !one.internal : wanted.includes(name) || wanted.includes(one.address)))
      .map((one) => one.address),
  )
}

function openOn(address: string, onError: (cause: Error) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const failed = (cause: Error) => {
      socket.close()
      reject(cause)
    }
    socket.once('error', failed)
    socket.bind(0, address, () => {
      try {
        socket.setMulticastInterface(address)
      } catch (cause) {
        failed(toFailure(cause))
        return
      }
      socket.off('error', failed).on('error', onError)
      resolve(socket)
    })
  })
}

function send(
  socket: Socket,
  probe: Buffer,
  sayOnce: (what: string, facts: Record<string, string>) => void,
): Promise<void> {
  return new Promise((resolve) => {
    socket.send(probe, port, group, (cause) => {
      if (cause) sayOnce('interface', { address: socket.address().address, why: cause.message })
      resolve()
    })
  })
}

const close = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()))

const noInterface = (message: string, cause?: unknown) =>
  new Failure('away', 'discovery-no-interface', message, {}, { cause })
