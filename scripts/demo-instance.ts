import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import type { z } from 'zod'
import type { Config } from '../gateway/contract/config.ts'
import { freePorts } from '../test/support/ports.ts'
import { findProcesses } from './processes.ts'
import { root } from './programs.ts'

/** The demo zone on ports and in a folder of its own, beside whatever else runs: for measuring and for pictures. */
export interface DemoInstance {
  readonly origin: string
  readonly simulatorPid: number
  /** Of the gateway that runs now. */
  readonly gatewayPid: () => number
  readonly password: string
  /** Runs `npm start` with the demo's configuration. @returns milliseconds until /readyz said yes */
  readonly startGateway: () => Promise<number>
  readonly stopGateway: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function openDemo(): Promise<DemoInstance> {
  const folder = mkdtempSync(join(tmpdir(), 'zone-gateway-demo-'))
  const logs = join(root, '.cache/demo')
  mkdirSync(logs, { recursive: true })
  const [httpPort = 0, mqttPort = 0] = await freePorts(2)
  const origin = `http://127.0.0.1:${httpPort}`
  const password = randomBytes(12).toString('hex')
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, stringify(demoConfig(folder, httpPort, mqttPort)), { mode: 0o600 })

  const log = (name: string) => openSync(join(logs, `${name}.log`), 'w')
  const begin = (program: string, args: readonly string[], logName: string, env: NodeJS.ProcessEnv = {}) => {
    const out = log(logName)
    return spawn(program, args, { cwd: root, stdio: ['ignore', out, out], env: { ...process.env, ...env } })
  }
  const simulator = begin(
    process.execPath,
    ['scripts/simulate-zone/main.ts', '--mqtt', `mqtt://127.0.0.1:${mqttPort}`],
    'simulator',
  )
  let gateway: { npm: ChildProcess; pid: number } | undefined

  const startGateway = async () => {
    const startedMs = performance.now()
    const npm = begin('npm', ['start', '--silent', '--', '--config', configFile], 'gateway', {
      ZONE_GATEWAY_ADMIN_PASSWORD: password,
    })
    const ready = async () => {
      try {
        return (await fetch(`${origin}/readyz`)).ok
      } catch (cause) {
        if (cause instanceof TypeError) return false
        throw cause
      }
    }
    while (!(await ready())) {
      if (npm.exitCode !== null) throw new Error(`the gateway ended with ${npm.exitCode}; see ${logs}/gateway.log`)
      if (performance.now() - startedMs > 120_000)
        throw new Error(`not ready after two minutes; see ${logs}/gateway.log`)
      await sleep(20)
    }
    const readyMs = Math.round(performance.now() - startedMs)
    const [own] = findProcesses((line) => line.includes('gateway/main.ts') && line.includes(configFile))
    if (own === undefined) throw new Error('the gateway answers, and its process is not to be found')
    gateway = { npm, pid: own.pid }
    return readyMs
  }
  const stopGateway = async () => {
    if (gateway === undefined) return
    const { npm, pid } = gateway
    gateway = undefined
    await ended(npm, () => process.kill(pid, 'SIGTERM'))
  }
  return {
    origin,
    password,
    simulatorPid: simulator.pid ?? -1,
    gatewayPid: () => gateway?.pid ?? -1,
    startGateway,
    stopGateway,
    async stop() {
      await stopGateway()
      await ended(simulator, () => simulator.kill('SIGTERM'))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** config/demo.yaml with another folder and other ports. */
function demoConfig(folder: string, httpPort: number, mqttPort: number): z.input<typeof Config> {
  const demo = parse(readFileSync(join(root, 'config/demo.yaml'), 'utf8')) as z.input<typeof Config>
  return {
    ...demo,
    ...(demo.zone === undefined ? {} : { zone: resolve(root, 'config', demo.zone) }),
    http: { ...demo.http, host: '127.0.0.1', port: httpPort },
    storage: { ...demo.storage, dataDir: join(folder, 'data'), recordings: join(folder, 'recordings') },
    mqtt: { ...demo.mqtt, listen: { host: '127.0.0.1', port: mqttPort } },
  }
}

async function ended(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((done) => child.once('exit', done))
  ask()
  await exit
}
