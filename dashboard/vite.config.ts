import { preact } from '@preact/preset-vite'
import { defineConfig } from 'vite'

const gateway = process.env.ZONE_GATEWAY_ORIGIN ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact({ prefreshEnabled: true })],
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: gateway, ws: true },
      '/healthz': { target: gateway },
      '/readyz': { target: gateway },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy is `default-src 'self'`: nothing may become a data: URL.
    assetsInlineLimit: 0,
  },
})
