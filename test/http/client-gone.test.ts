import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { listen } from '../../gateway/http/listen.ts'
import { waitFor } from '../support/wait.ts'
import { clipOf, openGateway } from './fixture.ts'

const path = '/api/cameras/cam-1/clip.mp4?fromUtcMs=1000&toUtcMs=2000'

async function ask(port: number, cookie: string): Promise<IncomingMessage> {
  const request = get({ host: '127.0.0.1', port, path, headers: { cookie } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

test('who leaves in the middle of a download stops the work for it', async () => {
  const { app, cookie, parts } = await openGateway()
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) })
  parts.footage.clip = async (_cameraId, range) => ({ ...clipOf(range), sizeBytes: 1e9, read: () => endless })
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const response = await ask(port, await cookie('office'))
  await once(response, 'data')
  expect(endless.destroyed).toBe(false)
  response.destroy()
  await waitFor(() => endless.destroyed)
})

test('a clip that breaks in the middle breaks the download, so that nobody keeps half of it as whole', async () => {
  const { app, cookie, parts } = await openGateway()
  const broken = new Readable({
    read() {
      this.push('half')
      this.destroy(new Error('the disk went away'))
    },
  })
  parts.footage.clip = async (_cameraId, range) => ({ ...clipOf(range), sizeBytes: 1_000, read: () => broken })
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const whole = ask(port, await cookie('office')).then(async (response) => {
    response.resume()
    await once(response, 'end')
  })
  await expect(whole).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET/) })
})

test('who leaves while a picture is made stops the work for it; a finished answer is not a client that left', async () => {
  const { app, cookie, parts } = await openGateway()
  const signals: AbortSignal[] = []
  parts.footage.still = async (_cameraId, utcMs, signal) => {
    signals.push(signal)
    if (utcMs === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { jpeg: Buffer.from('picture'), utcMs }
  }
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const headers = { cookie: await cookie('office') }
  const leaver = new AbortController()
  const still = (utcMs: number, signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${port}/api/cameras/cam-1/still.jpg?utcMs=${utcMs}`, { headers, signal: signal ?? null })
  const left = still(1, leaver.signal)
  await waitFor(() => signals.length === 1)
  leaver.abort()
  await expect(left).rejects.toThrow()
  await waitFor(() => signals[0]?.aborted)
  expect(await (await still(2)).text()).toBe('picture')
  expect(signals[1]?.aborted).toBe(false)
})
