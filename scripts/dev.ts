/** `npm run dev`: the demo zone, the gateway restarted at each change of its code, and the dashboard with hot reload. */
import { createServer } from 'vite'
import { demoParts } from './demo.ts'
import { runTogether } from './programs.ts'

const gateway = 'http://127.0.0.1:8080'

const vite = await createServer({
  configFile: 'dashboard/vite.config.ts',
  server: {
    host: '127.0.0.1',
    // The gateway takes changes and sockets only from pages it serves itself, so the proxy speaks in its name.
    proxy: Object.fromEntries(
      ['/api', '/enter'].map((path) => [
        path,
        { target: gateway, ws: true, changeOrigin: true, headers: { origin: gateway } },
      ]),
    ),
  },
})
await vite.listen()
vite.printUrls()

const parts = demoParts().map((part) =>
  part.args[0] === 'gateway/main.ts' ? { ...part, args: ['--watch', '--watch-preserve-output', ...part.args] } : part,
)
try {
  process.exitCode = await runTogether(parts)
} finally {
  await vite.close()
}
