import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type CameraSpec, cameraNowMs } from '../cameras.ts'
import { digestDoor } from '../digest.ts'
import { deviceService, type Operations, open } from './device.ts'
import { eventService } from './events.ts'
import { mediaService, OnvifFault, type ProfileFacts } from './media.ts'
import { ptzService } from './ptz.ts'
import { actionOf, checkUsernameToken, envelope, fault } from './soap.ts'

export interface OnvifOptions {
  readonly camera: CameraSpec
  /** The main one first. */
  readonly profiles: readonly [ProfileFacts, ...ProfileFacts[]]
  readonly snapshotPath: string
  /** Known only after both servers listen. */
  readonly base: () => string
  readonly rtspBase: () => string
  readonly signal: AbortSignal
}

const maxBodyBytes = 65_536

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    const bytes = part as Buffer
    size += bytes.length
    if (size > maxBodyBytes) return undefined
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The HTTP side of one camera: ONVIF services under `/onvif/`, and its snapshot. */
export function onvifServer(options: OnvifOptions): Server {
  const { camera, signal } = options
  const door = digestDoor({ realm: camera.model, user: camera.user, password: camera.password, qop: true })
  const nonces = new Map<string, number>()
  let services: Map<string, Operations> | undefined
  let events: ReturnType<typeof eventService> | undefined

  function operations(path: string): Operations | undefined {
    if (!services || !events) {
      events = eventService(camera, options.base(), signal)
      services = new Map([
        ['device_service', deviceService(camera, options.base())],
        ['media_service', mediaService(camera, options.profiles, options.base(), options.rtspBase())],
        ['events_service', events.service],
      ])
      if (camera.ptz) services.set('ptz_service', ptzService(camera))
    }
    const [, folder = '', id] = /^\/onvif\/([a-z_]+)(?:\/(\d+))?$/.exec(path) ?? []
    return folder === 'subscription' && id ? events.subscription(id) : services.get(folder)
  }

  const soap = (response: ServerResponse, status: number, body: string) =>
    response.writeHead(status, { 'Content-Type': 'application/soap+xml; charset=utf-8' }).end(body)

  /** True when the request may pass; otherwise it has been answered. */
  function admitted(request: IncomingMessage, response: ServerResponse, xml: string): boolean {
    const token = checkUsernameToken(xml, { ...camera, nowUtcMs: cameraNowMs(camera) }, nonces)
    if (token === 'yes') return true
    if (token === 'no') {
      soap(response, 400, fault('ter:NotAuthorized', 'Sender not authorized'))
      return false
    }
    const verdict = door.check(request.headers.authorization, request.method ?? '', request.url ?? '')
    if (verdict === 'yes') return true
    response.writeHead(401, { 'WWW-Authenticate': door.challenge(verdict === 'stale') }).end()
    return false
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (request.method === 'GET' && path === '/snapshot.jpg') {
      if (!admitted(request, response, '')) return
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(await readFile(options.snapshotPath))
      return
    }
    const known = operations(path)
    if (!known || request.method !== 'POST') {
      response.writeHead(404).end()
      return
    }
    const xml = await bodyOf(request)
    const action = xml === undefined ? undefined : actionOf(xml)
    if (xml === undefined || action === undefined) {
      soap(response, 400, fault('ter:WellFormed', 'not a SOAP request'))
      return
    }
    if (!open.has(action) && !admitted(request, response, xml)) return
    const operation = Object.hasOwn(known, action) ? known[action] : undefined
    if (!operation) {
      soap(response, 400, fault('ter:ActionNotSupported', `${action} is not supported`))
      return
    }
    try {
      soap(response, 200, envelope(await operation(xml)))
    } catch (cause) {
      if (!(cause instanceof OnvifFault)) throw cause
      soap(response, 400, fault(cause.code, cause.message))
    }
  }

  return createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
      process.stderr.write(`${camera.id}: ${String(cause)}\n`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    })
  })
}
