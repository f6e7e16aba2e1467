/** `npm run check`: everything a machine can say about the code without running it. */
import { runChecks } from './checks.ts'

process.exitCode = (await runChecks()) ? 0 : 1
