import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Camera } from '../../gateway/contract/camera.ts'
import { startGateway } from '../support/gateway-process.ts'
import { startRtsp } from '../support/gst-rtsp.ts'
import { waitFor } from '../support/wait.ts'

const login = { user: 'op', password: 'secret' }
const place = { area: 'gate', purpose: 'test' }

/** What reads cameras for a process, as the kernel tells; a child that only looks at a picture is none. */
const readersOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('concat'))
    .map(Number)

test('a reader that hangs cannot hold up the end; a camera that is switched off says so after the start', async () => {
  await using cameras = await startRtsp({ kinds: ['h264'], count: 2, ...login })
  await using gateway = await startGateway({
    zone: {
      zone: { id: 'z', name: '测试区' },
      sites: [{ id: 's', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }],
      cameras: [0, 1].map((n) => ({ id: `cam-${n}`, name: 'c', ...place, ...login, rtspUrl: cameras.url('h264', n) })),
    },
  })
  const stateOf = async (id: string) =>
    ((await (await gateway.fetch(`/api/cameras/${id}`)).json()) as Camera).state.status
  await waitFor(async () => (await stateOf('cam-0')) === 'recording' && (await stateOf('cam-1')) === 'recording', {
    timeoutMs: 30_000,
  })
  const body = JSON.stringify({ enabled: false })
  const headers = { 'content-type': 'application/json', origin: gateway.origin }
  expect((await gateway.fetch('/api/cameras/cam-1', { method: 'PATCH', headers, body })).status).toBe(200)
  await waitFor(async () => (await stateOf('cam-1')) === 'disabled')

  const readers = readersOf(gateway.pid)
  expect(readers).toHaveLength(1)
  for (const pid of readers) process.kill(pid, 'SIGSTOP')
  const beganMs = performance.now()
  await gateway.stop()
  expect(performance.now() - beganMs).toBeLessThan(6_000)
  for (const pid of readers) expect(() => process.kill(pid, 0)).toThrow('ESRCH')

  await gateway.restart()
  await waitFor(async () => (await stateOf('cam-0')) === 'recording', { timeoutMs: 30_000 })
  expect(await stateOf('cam-1')).toBe('disabled')
  const now = Date.now()
  const spans = await gateway.fetch(`/api/cameras/cam-1/spans?fromUtcMs=${now - 60_000}&toUtcMs=${now}`)
  expect(((await spans.json()) as { spans: { reason?: string }[] }).spans.at(-1)?.reason).toBe('disabled')
}, 120_000)
