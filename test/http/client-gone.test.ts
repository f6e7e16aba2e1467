import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { listen } from '../../gateway/http/listen.ts'
import { waitFor } from '../support/wait.ts'
import { openGateway } from './fixture.ts'

const path = '/api/cameras/cam-1/clip.mp4?fromUtcMs=1000&toUtcMs=2000'

async function ask(port: number, cookie: string): Promise<IncomingMessage> {
  const request = get({ host: '127.0.0.1', port, path, headers: { cookie } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

test('who leaves in the middle of a download stops the work for it', async () => {
  const { app, cookie, parts } = await openGateway()
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) })
  let gone: AbortSignal | undefined
  parts.footage.clip = async (_cameraId, _range, signal) => {
    gone = signal
    return { stream: endless, sizeBytes: null, fileName: 'clip.mp4' }
  }
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const response = await ask(port, await cookie('office'))
  await once(response, 'data')
  expect([gone?.aborted, endless.destroyed]).toEqual([false, false])
  response.destroy()
  await waitFor(() => gone?.aborted && endless.destroyed)
})

test('a clip that breaks in the middle breaks the download, so that nobody keeps half of it as whole', async () => {
  const { app, cookie, parts } = await openGateway()
  const broken = new Readable({
    read() {
      this.push('half')
      this.destroy(new Error('the disk went away'))
    },
  })
  parts.footage.clip = async () => ({ stream: broken, sizeBytes: 1_000, fileName: 'clip.mp4' })
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const whole = ask(port, await cookie('office')).then(async (response) => {
    response.resume()
    await once(response, 'end')
  })
  await expect(whole).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET/) })
})

test('a finished answer is not a client that left', async () => {
  const { app, cookie, parts } = await openGateway()
  let gone: AbortSignal | undefined
  parts.footage.clip = async (_cameraId, _range, signal) => {
    gone = signal
    return { stream: Readable.from(['mp4', 'bytes']), sizeBytes: 8, fileName: 'clip.mp4' }
  }
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const response = await ask(port, await cookie('office'))
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toBe('mp4bytes')
  expect(gone?.aborted).toBe(false)
})
