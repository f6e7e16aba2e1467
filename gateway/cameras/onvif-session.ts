import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Cam } from 'onvif'
import type { Failure } from '../domain/failure.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { DeviceAddress } from './address.ts'
import { orAborted, withDeadline } from './deadline.ts'
import { denied, notOnvif, stopped, unreachable } from './device-failures.ts'
import { descend, parseSoapBody, type SoapNode } from './soap.ts'

/** One conversation with one device. Requests go one after the other. */
export interface OnvifSession {
  readonly cam: Cam
  /**
   * Makes one request through the package and reads the answer exactly as it was written.
   * @param expected name of the answer's element, e.g. `getProfilesResponse`
   * @throws Failure camera-denied, camera-unreachable, camera-not-onvif
   */
  readonly ask: (expected: string, request: (done: Done) => void) => Promise<SoapNode>
  /** When the last request left and its answer came. */
  readonly lastTrip: { readonly sentUtcMs: UtcMs; readonly tookMs: Millis }
}

/** The callback of the package; only its error is looked at. */
export type Done = (cause: Error | null) => void

interface Answer {
  readonly body: SoapNode | undefined
  readonly xml: string
  readonly status: number
}

export const answerWithinMs: Millis = 5_000
const wholeWithinMs: Millis = 25_000
/** No honest answer of a camera is longer. */
const mostAnswerBytes = 1_048_576

/**
 * Runs `talk` with a session; closes every socket at its end, on abort, after 25 s, or when the device sends what no camera sends.
 * The package follows no redirect, and `preserveAddress` keeps every request at the host and port we were given, whatever the device
 * says: nobody else ever receives the login.
 */
export async function withOnvifSession<T>(
  address: DeviceAddress,
  login: { readonly user: string; readonly password: string },
  clock: Clock,
  signal: AbortSignal,
  talk: (session: OnvifSession) => Promise<T>,
): Promise<T> {
  const agent = address.secure ? new HttpsAgent() : new HttpAgent()
  try {
    return await withDeadline(clock, wholeWithinMs, signal, async (within) => {
      const cut = new AbortController()
      const unbind = boundAnswers(agent, cut)
      try {
        return await talk(openSession(address, login, agent, clock, signal, AbortSignal.any([within, cut.signal])))
      } finally {
        unbind()
      }
    })
  } finally {
    agent.destroy()
  }
}

function openSession(
  address: DeviceAddress,
  { user, password }: { readonly user: string; readonly password: string },
  agent: HttpAgent,
  clock: Clock,
  caller: AbortSignal,
  signal: AbortSignal,
): OnvifSession {
  const cam = new Cam({
    hostname: address.host,
    port: address.port,
    path: address.path,
    username: user,
    password,
    useSecure: address.secure,
    // Cameras make their certificates themselves. An unverified one still keeps listeners out; it does not prove who answers.
    secureOpts: { rejectUnauthorized: false },
    // The package writes the user name into XML as it stands; a name that would break it is sent by HTTP digest only.
    useWSSecurity: !/[<>&]/.test(user),
    preserveAddress: true,
    autoconnect: false,
    timeout: answerWithinMs,
    agent,
  })
  const answers: Answer[] = []
  let sentMonotonicMs = clock.monotonic()
  const trip = { sentUtcMs: clock.now(), tookMs: 0 }
  cam.on('rawRequest', () => {
    answers.length = 0
    sentMonotonicMs = clock.monotonic()
    trip.sentUtcMs = clock.now()
  })
  cam.on('rawResponse', (xml, status) => {
    trip.tookMs = clock.monotonic() - sentMonotonicMs
    answers.push({ body: parseSoapBody(xml), xml, status })
  })

  async function ask(expected: string, request: (done: Done) => void): Promise<SoapNode> {
    answers.length = 0
    let cause: Error | null
    try {
      cause = await withDeadline(clock, answerWithinMs, signal, (within) =>
        orAborted(new Promise<Error | null>((resolve) => request(resolve)), within),
      )
    } catch (thrown) {
      if (caller.aborted) throw stopped(address)
      cause = thrown instanceof Error ? thrown : new Error(String(thrown))
    }
    // What the package makes of the answer does not matter (it fails on one service, or none, or odd numbers): the answer itself counts.
    const answer = answers.at(-1)
    const found = answer?.body?.[expected]?.[0]
    // An element without children comes as text: an empty list is an answer too.
    if (found !== undefined) return typeof found === 'string' ? {} : found
    throw meaning(address, cause, answer)
  }
  return { cam, ask, lastTrip: trip }
}

/** Codes, not texts: no two makers word a fault alike, but the subcodes are those of ONVIF and WS-Security. */
const deniedCodes = /\b(NotAuthorized|FailedAuthentication|FailedCheck|InvalidSecurity|InvalidSecurityToken)\b/i

function meaning(address: DeviceAddress, cause: Error | null, answer: Answer | undefined): Failure {
  if (!answer) return /Digest authentication/.test(cause?.message ?? '') ? denied(address) : unreachable(address, cause)
  if (answer.status === 401 || answer.status === 403) return denied(address)
  if (descend(answer.body, 'fault'))
    return deniedCodes.test(answer.xml) || /not authorized/i.test(answer.xml)
      ? denied(address)
      : notOnvif(address, 'refuses')
  return notOnvif(address, 'speaks')
}

/** The package joins an answer without a limit and looks for namespaces in it in time with the square of their number. */
const mostOpenNamespaces = 64

/**
 * Cuts a device off before the package parses what no honest one sends: more than 1 MiB, or many `xmlns` in a row without `=`.
 * @returns how to stop watching
 */
function boundAnswers(agent: HttpAgent, cut: AbortController): () => void {
  const watch = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest & { agent?: unknown }; response: IncomingMessage }
    if (request.agent !== agent) return
    let bytes = 0
    let rest = ''
    let open = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      const text = rest + chunk.toString('latin1')
      for (const [token] of text.matchAll(/xmlns|=/g)) open = token === '=' ? 0 : open + 1
      // A token may be cut in two by the end of the chunk; a whole one is not counted twice.
      rest = /(?:x|xm|xml|xmln)$/.exec(text)?.[0] ?? ''
      if (bytes <= mostAnswerBytes && open <= mostOpenNamespaces) return
      cut.abort(new Error('the device sent what no camera sends'))
      // With an error, so that the package is not told of a whole answer.
      response.destroy(new Error('cut'))
    })
  }
  subscribe('http.client.response.finish', watch)
  return () => void unsubscribe('http.client.response.finish', watch)
}
