import { type Millis, minutes } from '../../gateway/domain/units.ts'

export const lookEveryMs: Millis = minutes(10)

/** The script that a page of the dashboard begins with; its name holds a hash of what is in it. */
export function scriptOf(html: string): string | undefined {
  const tag = /<script\b[^>]*\bsrc="([^"]+\.js)"[^>]*>/.exec(html)
  return tag?.[1]
}

export interface VersionFacts {
  /** Of this page, and of the one that the gateway serves now; undefined: not known. */
  readonly own: string | undefined
  readonly served: string | undefined
  /** A critical alert that nobody has acknowledged is on the screen. */
  readonly critical: boolean
  /** Somebody's page: loaded anew it would leave full screen and be silent until a click. */
  readonly attended: boolean
}

/** What to do about a new version of the dashboard. */
export function versionStep({ own, served, critical, attended }: VersionFacts): 'same' | 'tell' | 'wait' | 'reload' {
  if (own === undefined || served === undefined || own === served) return 'same'
  if (attended) return 'tell'
  return critical ? 'wait' : 'reload'
}

/** The script of this very document. */
export const ownScript = (): string | undefined =>
  document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? undefined

/** @throws TypeError when the gateway does not answer */
export async function servedScript(signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch('/', { cache: 'no-store', signal })
  return response.ok ? scriptOf(await response.text()) : undefined
}
