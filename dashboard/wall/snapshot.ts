import type { Camera } from '../../gateway/contract/camera.ts'
import type { Problem } from '../../gateway/contract/common.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { ApiProblem } from '../api/request.ts'
import { clockParts } from '../i18n/time.ts'

/** `园区大门 2026-11-24 14-03-05.jpg`: the camera and the site's time, without what file systems refuse. */
export function snapshotName(cameraName: string, utcMs: UtcMs, timeZone: string): string {
  const { date, time } = clockParts(utcMs, timeZone)
  const safe = cameraName
    .replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return `${safe} ${date} ${time.replaceAll(':', '-')}.jpg`
}

interface SnapshotTools {
  readonly href: string
  /** By the gateway's clock. */
  readonly nowUtcMs: () => UtcMs
  readonly timeZone: string
}

/** Saves what the camera shows now as a file. @throws ApiProblem when the gateway refuses or does not answer */
export async function saveSnapshot(camera: Pick<Camera, 'name'>, tools: SnapshotTools): Promise<void> {
  const response = await answerOf(tools.href)
  const picture = await response.blob()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(picture)
  link.download = snapshotName(camera.name, tools.nowUtcMs(), tools.timeZone)
  link.click()
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0)
}

async function answerOf(href: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(href, { credentials: 'same-origin' })
  } catch (cause) {
    throw new ApiProblem({ code: 'gateway-away', status: 0, detail: 'The gateway did not answer.' }, { cause })
  }
  if (response.ok) return response
  const { status, statusText } = response
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const told = isJson ? ((await response.json()) as Partial<Problem>) : {}
  throw new ApiProblem({ code: `http-${status}`, detail: statusText || 'Refused.', ...told, status })
}
