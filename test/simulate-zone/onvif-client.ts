import { createRequire } from 'node:module'

/** The parts of the `onvif` package that the tests use; it ships no types. */
export interface Cam {
  readonly uri: Record<string, unknown>
  readonly profiles: { $: { token: string }; videoEncoderConfiguration: { encoding: string } }[]
  readonly timeShift?: number
  on(event: 'event' | 'eventsError', listener: (value: unknown) => void): void
  removeAllListeners(event: string): void
}
type Done<T> = (error: Error | null, value: T, xml: string) => void
type Method = (this: Cam, ...args: unknown[]) => void
interface CamOptions {
  hostname: string
  port: number
  username: string
  password: string
  useWSSecurity?: boolean
  autoconnect?: boolean
  timeout?: number
}
interface Onvif {
  Cam: new (options: CamOptions, done?: (error: Error | null) => void) => Cam
  Discovery: {
    on(event: 'error', listener: (error: unknown) => void): void
    removeAllListeners(): void
    probe(options: { device: string; timeout: number; resolve: boolean }, done: Done<unknown[]>): void
  }
}

const onvif = createRequire(import.meta.url)('onvif') as Onvif

export const connect = (options: CamOptions): Promise<Cam> =>
  new Promise((resolve, reject) => {
    const cam: Cam = new onvif.Cam({ timeout: 5_000, ...options }, (error) => (error ? reject(error) : resolve(cam)))
  })

/** Calls a method of the package and waits for its callback. */
export const ask = <T>(cam: Cam, method: string, ...args: unknown[]): Promise<T> =>
  new Promise((resolve, reject) => {
    const call = (cam as unknown as Record<string, Method>)[method]
    if (!call) throw new Error(`the onvif package has no ${method}`)
    call.call(cam, ...args, (error: Error | null, value: T) => (error ? reject(error) : resolve(value)))
  })

export const probe = (timeout: number): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    onvif.Discovery.on('error', reject)
    onvif.Discovery.probe({ device: 'lo', timeout, resolve: false }, (error, found) => {
      onvif.Discovery.removeAllListeners()
      if (error) reject(error instanceof Error ? error : new Error(String(error)))
      else resolve(found)
    })
  })
