/** `npm run dev`: the demo zone, the gateway restarted at each change of its code, and the dashboard with hot reload. */
import { createServer } from 'vite'
import { demoParts } from './demo.ts'
import { runTogether } from './programs.ts'

const vite = await createServer({ configFile: 'dashboard/vite.config.ts' })
await vite.listen()
vite.printUrls()

const parts = demoParts().map((part) =>
  part.args.includes('gateway/main.ts')
    ? { ...part, args: ['--watch', '--watch-preserve-output', ...part.args] }
    : part,
)
try {
  process.exitCode = await runTogether(parts)
} finally {
  await vite.close()
}
