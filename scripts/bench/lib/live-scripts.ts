import { join } from 'node:path'
import { build } from 'vite'
import { root } from '../../programs.ts'

/** Code for the page, as one script. It lives with the tests, where the DOM is known. */
export async function pageScript(name: 'observer' | 'opener'): Promise<string> {
  const entry = join(root, `test/support/live-page/${name}.ts`)
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: { write: false, minify: false, target: 'es2024', lib: { entry, formats: ['iife'], name: `live_${name}` } },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new Error('vite gave no output')
  // Styles of the fallbacks, if any, are not needed.
  const chunks = output.output.filter((each) => each.type === 'chunk')
  return chunks.map(({ code }) => code).join('\n')
}
