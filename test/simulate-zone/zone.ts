import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type CameraSpec, demoCameras } from '../../scripts/simulate-zone/cameras.ts'
import { type RunningCamera, startZone, type ZoneOptions } from '../../scripts/simulate-zone/zone.ts'

export const camera = (id: string): CameraSpec => {
  const found = demoCameras.find((each) => each.id === id)
  if (!found) throw new Error(`no camera ${id}`)
  return found
}

/** Cameras of the demo zone in this process on free ports, with tiny clips, for the tests of one file. */
export function useZone(
  cameras: readonly CameraSpec[],
  options: Partial<ZoneOptions> = {},
): (id: string) => RunningCamera {
  const stop = new AbortController()
  let running: readonly RunningCamera[] = []
  let ended: Promise<void> = Promise.resolve()
  let cacheDir = ''

  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'demo-clips-'))
    const fixed = { cameras, cacheDir, portBase: 0, clipSeconds: 2, discovery: false, mqttUrl: null }
    const zone = await startZone({ ...fixed, ...options }, stop.signal)
    running = zone.cameras
    ended = zone.ended
  })
  afterAll(async () => {
    stop.abort()
    await ended
    await rm(cacheDir, { recursive: true, force: true })
  })

  return (id) => {
    const found = running.find((each) => each.id === id)
    if (!found) throw new Error(`camera ${id} does not run`)
    return found
  }
}
