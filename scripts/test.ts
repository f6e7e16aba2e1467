/**
 * `npm test`: every check and every test. The last line is `Tests: N passed, N failed`; the failed checks together count as one.
 *
 *   npm test                everything
 *   npm test -- FILTER...   the checks, and the test files whose path has one of the words
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runChecks } from './checks.ts'
import { buildDashboard } from './dashboard.ts'
import { packaged, root, runTogether } from './programs.ts'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

const checksGood = await runChecks()
const dashboardGood = await dashboardBuilds()
const tests = await runTests(process.argv.slice(2))
const failed = tests.failed + (checksGood ? 0 : 1) + (dashboardGood ? 0 : 1)
const nothingRan = tests.passed + tests.failed === 0
if (!checksGood) console.log('The checks failed: see the lines marked FAILED at the top.')
if (nothingRan) console.log('No test ran.')
console.log(`Tests: ${tests.passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || nothingRan ? 1 : 0

/** Browser tests open the built dashboard. */
async function dashboardBuilds(): Promise<boolean> {
  try {
    await buildDashboard()
    return true
  } catch (cause) {
    console.log(cause instanceof Error ? cause.message : cause)
    return false
  }
}

async function runTests(filters: readonly string[]): Promise<{ passed: number; failed: number }> {
  const reportFile = join(root, '.cache/test-report.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(reportFile, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const args = ['run', '--config', 'test/vitest.config.ts', ...reporters, ...filters]
  const code = await runTogether([{ name: 'vitest', program: packaged('vitest'), args }])
  const { passed, failed } = readReport(reportFile)
  // An error outside of any test: the run failed, whatever was counted.
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

function readReport(file: string): { passed: number; failed: number } {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch (cause) {
    console.log(`vitest left no report: ${cause instanceof Error ? cause.message : String(cause)}`)
    return { passed: 0, failed: 1 }
  }
  // A file that cannot even be loaded has no tests to count.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}
