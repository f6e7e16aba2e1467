import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { durationMs } from '../../scripts/simulate-zone/onvif/events.ts'
import { ask, connect } from './onvif-client.ts'
import { camera, useZone } from './zone.ts'

const zone = useZone([camera('c02'), camera('c08'), camera('c10'), camera('c16')])
const login = (id: string, password = demoPassword) => ({
  hostname: '127.0.0.1',
  port: zone(id).onvifPort,
  username: demoUser,
  password,
})

function securedEnvelope(password: string, createdMs: number, body: string, nonce = randomBytes(16)): string {
  const created = new Date(createdMs).toISOString()
  const digest = createHash('sha1')
    .update(nonce)
    .update(created + password)
    .digest('base64')
  return (
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><Security><UsernameToken><Username>${demoUser}</Username>` +
    `<Password>${digest}</Password><Nonce>${nonce.toString('base64')}</Nonce><Created>${created}</Created></UsernameToken></Security></s:Header>` +
    `<s:Body>${body}</s:Body></s:Envelope>`
  )
}
const information = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
const post = (id: string, body: string) => fetch(zone(id).address, { method: 'POST', body })

describe('with the onvif package', () => {
  test('a camera tells its facts, profiles and streams', async () => {
    const cam = await connect(login('c08'))
    expect(cam.profiles.map((profile) => [profile.$.token, profile.videoEncoderConfiguration.encoding])).toEqual([
      ['main', 'H265'],
      ['sub', 'H264'],
      ['third', 'H264'],
    ])
    expect(await ask(cam, 'getDeviceInformation')).toMatchObject({ manufacturer: 'Dahe', model: 'DHE-HDBW3449H-Z' })
    const { rtspPort } = zone('c08')
    const streams = ['main', 'sub', 'third'].map((profileToken) =>
      ask<{ uri: string }>(cam, 'getStreamUri', { protocol: 'RTSP', profileToken }),
    )
    expect((await Promise.all(streams)).map(({ uri }) => uri)).toEqual([
      `rtsp://127.0.0.1:${rtspPort}/main`,
      `rtsp://127.0.0.1:${rtspPort}/sub`,
      `rtsp://127.0.0.1:${rtspPort}/third`,
    ])
    const scopes = await ask<{ scopeItem: string }[]>(cam, 'getScopes')
    expect(scopes.map(({ scopeItem }) => decodeURIComponent(scopeItem))).toContain(
      'onvif://www.onvif.org/name/穗丰线面坊 · 烘干房',
    )
    expect(cam.uri.ptz).toBeUndefined()
  })

  test('HTTP digest does as well as a UsernameToken', async () => {
    const cam = await connect({ ...login('c08'), useWSSecurity: false })
    expect(await ask(cam, 'getDeviceInformation')).toMatchObject({ manufacturer: 'Dahe' })
  })

  test.each([
    ['a UsernameToken', true, /not authorized/i],
    ['HTTP digest', false, /Digest authentication failed 401/],
  ])('a wrong password is refused with %s', async (_how, useWSSecurity, message) => {
    const cam = await connect({ ...login('c08', 'wrong-password'), useWSSecurity })
    await expect(ask(cam, 'getDeviceInformation')).rejects.toThrow(message)
  })

  test('the camera whose owner changed the password refuses the common one and takes his', async () => {
    const denied = await connect(login('c16'))
    await expect(ask(denied, 'getDeviceInformation')).rejects.toThrow(/not authorized/i)
    const cam = await connect(login('c16', camera('c16').password))
    expect(await ask(cam, 'getDeviceInformation')).toMatchObject({ serialNumber: 'ZG2026C16' })
  })

  test('the slow clock is told, and accepted when the client follows it', async () => {
    const cam = await connect(login('c10'))
    const told = await ask<Date>(cam, 'getSystemDateAndTime')
    expect((told.getTime() - Date.now()) / 60_000).toBeCloseTo(-7, 0)
    expect(await ask(cam, 'getDeviceInformation')).toMatchObject({ serialNumber: 'ZG2026C10' })
  })

  test('PTZ moves what GetStatus tells', async () => {
    const cam = await connect(login('c02'))
    interface Status {
      position: { x: number; y: number; zoom: number }
    }
    await ask(cam, 'absoluteMove', { x: 0.25, y: -0.5, zoom: 0.1 })
    expect((await ask<Status>(cam, 'getStatus')).position).toEqual({ x: 0.25, y: -0.5, zoom: 0.1 })
    await ask(cam, 'continuousMove', { x: 1, y: 0, zoom: 0 })
    await expect.poll(async () => (await ask<Status>(cam, 'getStatus')).position.x).toBeGreaterThan(0.26)
    await ask(cam, 'stop', {})
    const { position } = await ask<Status>(cam, 'getStatus')
    expect((await ask<Status>(cam, 'getStatus')).position).toEqual(position)
    expect(Object.keys(await ask<object>(cam, 'getPresets'))).toEqual(['装卸口', '道路东段', '全景'])
    await ask(cam, 'gotoPreset', { preset: '1' })
    expect((await ask<Status>(cam, 'getStatus')).position).toEqual({ x: -0.4, y: 0.1, zoom: 0.2 })
    await ask(cam, 'setPreset', { presetName: 'here' })
    await ask(cam, 'absoluteMove', { x: 0, y: 0, zoom: 0 })
    const kept = await ask<Record<string, { $: { token: string } }>>(cam, 'getPresets')
    const token = kept.here?.$.token
    await ask(cam, 'gotoPreset', { preset: token })
    expect((await ask<Status>(cam, 'getStatus')).position).toEqual({ x: -0.4, y: 0.1, zoom: 0.2 })
    await ask(cam, 'removePreset', { presetToken: token })
    expect(Object.keys(await ask<object>(cam, 'getPresets'))).toEqual(['装卸口', '道路东段', '全景'])
    await expect(ask(cam, 'gotoPreset', { preset: token })).rejects.toThrow(/no such preset/)
  })

  test('a movement with a time ends by itself', async () => {
    const cam = await connect(login('c02'))
    const isMoving = async () =>
      (await ask<{ moveStatus: { panTilt: string } }>(cam, 'getStatus')).moveStatus.panTilt === 'MOVING'
    await ask(cam, 'continuousMove', { x: 0.1, y: 0, zoom: 0, timeout: 300 })
    expect(await isMoving()).toBe(true)
    await expect.poll(isMoving).toBe(false)
  })

  test('a pull point tells the motion alarm at once, and ends when unsubscribed', async () => {
    const cam = await connect(login('c02'))
    await ask(cam, 'createPullPointSubscription')
    const pulled = await ask<{ notificationMessage: { topic: { _: string } } }>(cam, 'pullMessages', {
      messageLimit: 5,
    })
    expect(pulled.notificationMessage.topic._).toBe('tns1:VideoSource/MotionAlarm')
    await ask(cam, 'renew', {})
    await ask(cam, 'unsubscribe')
    await expect(ask(cam, 'pullMessages', {})).rejects.toThrow(/subscription/)
  })
})

describe('a UsernameToken', () => {
  test.each([
    ['now', 'c08', 0, 200],
    ['four minutes ago', 'c08', -4, 200],
    ['six minutes ago', 'c08', -6, 400],
    ['six minutes ahead', 'c08', 6, 400],
    ['now by the true clock, for the camera that is seven minutes slow', 'c10', 0, 400],
    ['by that camera’s own clock', 'c10', -7, 200],
  ])('created %s', async (_when, id, minutes, status) => {
    const answer = await post(id, securedEnvelope(demoPassword, Date.now() + minutes * 60_000, information))
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(status === 200 ? 'GetDeviceInformationResponse' : 'ter:NotAuthorized')
  })

  test('is good once', async () => {
    const message = securedEnvelope(demoPassword, Date.now(), information)
    expect([(await post('c08', message)).status, (await post('c08', message)).status]).toEqual([200, 400])
  })
})

describe('without a password', () => {
  const plain = (body: string) =>
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${body}</s:Body></s:Envelope>`
  test.each([
    ['GetSystemDateAndTime', 200],
    ['GetServices', 200],
    ['GetDeviceInformation', 401],
    ['GetScopes', 401],
    ['NoSuchThing', 401],
  ])('%s answers %i', async (action, status) => {
    expect((await post('c08', plain(`<${action}/>`))).status).toBe(status)
  })

  test('the snapshot is refused', async () => {
    expect((await fetch(`http://127.0.0.1:${zone('c08').onvifPort}/snapshot.jpg`)).status).toBe(401)
  })

  test.each(['', 'hello', '<x/>'])('%j is no request', async (body) => {
    const answer = await post('c08', body)
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('ter:WellFormed')])
  })
})

test.each([
  ['PT1M', 60_000],
  ['PT1M30S', 90_000],
  ['PT2H', 7_200_000],
  ['PT0.5S', 500],
  ['1970-01-01T00:00:30Z', 29_000],
  ['soon', 7],
  [undefined, 7],
])('the duration %s', (value, expected) => {
  expect(durationMs(value, 1_000, 7)).toBe(expected)
})
