import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface TempFolder extends Disposable {
  readonly path: string
  remove(): void
}

/** A folder of its own, for `using`, or removed by hand in `afterAll`. */
export function openTempFolder(name = 'test'): TempFolder {
  const path = mkdtempSync(join(tmpdir(), `zone-gateway-${name}-`))
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  return { path, remove, [Symbol.dispose]: remove }
}

/** A folder that goes away when the running test ends. Call it inside a test or `beforeEach`. */
export function tempFolder(name = 'test'): string {
  const folder = openTempFolder(name)
  onTestFinished(() => folder.remove())
  return folder.path
}
