import type { App } from './app.ts'

const policy = (style: string) =>
  [
    "default-src 'self'",
    // WebAssembly: the fallback player decodes with it. It cannot be loaded from elsewhere.
    "script-src 'self' 'wasm-unsafe-eval'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    `style-src ${style}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const pagePolicy = policy("'self'")
/** The page that tries the API sets styles of its own. */
const docsPolicy = policy("'self' 'unsafe-inline'")

/** What every answer says to a browser. */
export function addSecurityHeaders(app: App): void {
  app.addHook('onSend', async ({ url }, reply) => {
    reply
      .header('content-security-policy', url.startsWith('/api/docs') ? docsPolicy : pagePolicy)
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
      .header('referrer-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
      .header('permissions-policy', 'camera=(), microphone=(), geolocation=()')
    // Pictures and names of people: no cache between, and none in the browser after sign-out.
    if (url.startsWith('/api') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
}
