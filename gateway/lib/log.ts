import { type Logger, pino } from 'pino'

export type Log = Logger

/** Field names used in log lines, so that an operator can search for them. */
export const LogKey = { camera: 'cameraId', sensor: 'sensorId', task: 'task', code: 'code' } as const

const secretPaths = ['password', 'token', 'secret', 'authorization', 'cookie', 'ticket'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
])

/** User info inside any address: `rtsp://user:pass@host` becomes `rtsp://***@host`. */
export function redact(text: string): string {
  // The scheme is bounded: without that, a long text of many words takes time with the square of its length.
  return text.replace(/\b([a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/@'"]*(?:@[^\s/@'"]*)*@/gi, '$1***@')
}

/** JSON lines on stderr; secrets are removed by field name, and user info from every text. */
export function openLog(level = 'info', destination: NodeJS.WritableStream = process.stderr): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: '***' },
      hooks: { streamWrite: redact },
    },
    destination,
  )
}
