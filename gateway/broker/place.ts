import { readFileSync } from 'node:fs'
import type { IClientOptions } from 'mqtt'
import type { Config } from '../contract/config.ts'
import { Failure } from '../domain/failure.ts'
import { days } from '../domain/units.ts'
import { redact } from '../lib/log.ts'

/** A broker outside the gateway, and how to get in. */
export interface Place {
  /** mqtt, mqtts, ws or wss. */
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Files; absolute paths. */
  readonly tls?: Config['mqtt']['tls']
  /** 4 is MQTT 3.1.1. */
  readonly version?: 4 | 5
}

/** The broker keeps what came for a gateway that is away this long (MQTT 5; before that it is the broker's own setting). */
const keptForSeconds = days(7) / 1_000
/** How many messages without acknowledgement the broker may have on the way to one connection (MQTT 5). */
const receiveMaximum = 2_000
const refusedLogin = new Set<unknown>([4, 5, 134, 135])
/** Errors of OpenSSL that the broker sent: it wants a certificate of ours, or another one. */
const certificateRefused = /ALERT.*(CERTIFICATE|UNKNOWN_CA)/
/** Errors of OpenSSL and Node that say: this is not the broker that was meant, or nobody vouches for it. */
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME|HOSTNAME_MISMATCH/

/**
 * What mqtt.js needs to connect there. Files are read each time, so that a renewed certificate holds from the next connection on.
 * @throws Failure missing (`tls-file-missing`) naming the file
 */
export function connectOptions(place: Place, clientId: string, clean: boolean): IClientOptions {
  const { user, password, tls = {}, version = 4 } = place
  return {
    clientId,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    clean,
    protocolVersion: version,
    ...(version === 5 ? { properties: { receiveMaximum, sessionExpiryInterval: clean ? 0 : keptForSeconds } } : {}),
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    keepalive: 30,
    queueQoSZero: false,
    resubscribe: false,
    subscribeBatchSize: 200,
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: pem(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: pem(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
  }
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Failure('missing', 'tls-file-missing', `cannot read ${file}, named under mqtt.tls`, { file }, { cause })
  }
}

export const brokerAway = ({ url }: Place, cause?: unknown) =>
  new Failure('away', 'broker-away', 'the MQTT broker does not answer', { broker: redact(url) }, { cause })

/** Why the connection ended, in the words of an operator. */
export function connectFailure(place: Place, cause: Error & { code?: unknown }): Failure {
  const facts = { broker: redact(place.url) }
  if (refusedLogin.has(cause.code))
    return new Failure('denied', 'broker-denied', 'the MQTT broker refuses user or password', facts)
  if (typeof cause.code === 'string' && certificateRefused.test(cause.code))
    return new Failure(
      'denied',
      'broker-denied',
      'the MQTT broker asks for a certificate of the gateway, or refuses the one it got',
      { ...facts, reason: cause.code },
      { cause },
    )
  if (typeof cause.code === 'string' && untrusted.test(cause.code))
    return new Failure(
      'denied',
      'broker-untrusted',
      'the certificate of the MQTT broker is not the one that mqtt.tls asks for',
      { ...facts, reason: cause.code },
      { cause },
    )
  return brokerAway(place, cause)
}
