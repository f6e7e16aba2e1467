import { existsSync } from 'node:fs'
import { join } from 'node:path'
import serveStatic from '@fastify/static'
import { Failure } from '../domain/failure.ts'
import type { App } from './app.ts'
import { isApi } from './guard.ts'

const notBuilt =
  'The dashboard is not built yet. Run `npm run build` (or `npm start`, which does it), then reload this page.\n'

/** The built dashboard; every path that looks like a page gets its one page, so that links into it work. */
export async function addPages(app: App, folder: string): Promise<void> {
  const built = existsSync(join(folder, 'index.html'))
  if (built)
    await app.register(serveStatic, {
      root: folder,
      cacheControl: false,
      dotfiles: 'ignore',
      // Vite puts a hash of the content into the names of assets; everything else is asked for anew.
      setHeaders: (reply, path) => {
        const hashed = path.startsWith(join(folder, 'assets'))
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  else app.get('/', { schema: { hide: true } }, (_request, reply) => reply.code(503).type('text/plain').send(notBuilt))

  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?')
    const isPage = request.method === 'GET' && !isApi(path) && !path.slice(path.lastIndexOf('/')).includes('.')
    if (!isPage) throw new Failure('missing', 'no-such-address', `there is no ${request.method} ${path}`)
    return built ? reply.sendFile('index.html') : reply.code(503).type('text/plain').send(notBuilt)
  })
}
