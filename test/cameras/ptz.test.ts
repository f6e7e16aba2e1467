/** Turning a real simulated camera over ONVIF: GetStatus tells where it looks. And cameras that are odd. */
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type CameraPtz, cameraPtz, type PtzHold, type Steersman } from '../../gateway/cameras/ptz.ts'
import type { CameraRecord } from '../../gateway/cameras/registry.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { ask, type Cam, connect } from '../simulate-zone/onvif-client.ts'
import { camera as demoCamera, useZone } from '../simulate-zone/zone.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { reply, type StubProfile, startSoapCamera } from './soap-camera.ts'

const wang: Steersman = { accountId: 'acc-w', user: 'wang', name: 'Wang', role: 'office', address: null }
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

function open(address: string, user: string, password: string, facts: Partial<CameraRecord> = {}) {
  const holds: PtzHold[] = []
  const record = { id: 'cam-1', kind: 'onvif', ptz: true, address, ...facts } as CameraRecord
  const ptz = cameraPtz({
    cameras: {
      get(id) {
        if (id !== record.id) throw new Failure('missing', 'camera-missing', 'no')
        return record
      },
      streamOf: async () => ({ url: 'rtsp://127.0.0.1/', user, password, codecHint: null }),
    },
    tools: { clock: systemClock, log: openLog('silent') },
    onHold: (hold) => holds.push(hold),
  })
  const stop = new AbortController()
  const running = ptz.run(stop.signal)
  const end = () => {
    stop.abort()
    return running
  }
  ends.push(end)
  return { ptz, holds, end }
}

describe('the camera of the demo zone that turns', () => {
  const zone = useZone([demoCamera('c02')])
  const login = () => ({ username: demoUser, password: demoPassword })
  const start = async () => {
    const port = zone('c02').onvifPort
    const eye: Cam = await connect({ hostname: '127.0.0.1', port, ...login() })
    const pose = async () =>
      (await ask<{ position: { x: number; y: number; zoom: number } }>(eye, 'getStatus')).position
    const isMoving = async () => {
      const { moveStatus } = await ask<{ moveStatus: { panTilt: string; zoom: string } }>(eye, 'getStatus')
      return moveStatus.panTilt === 'MOVING' || moveStatus.zoom === 'MOVING'
    }
    await ask(eye, 'absoluteMove', { x: 0, y: 0, zoom: 0 })
    return { ...open(`http://127.0.0.1:${port}/`, demoUser, demoPassword), pose, isMoving }
  }

  test('turns while moves come and stands after the stop', async () => {
    const { ptz, pose, isMoving } = await start()
    await ptz.move('cam-1', { pan: 1, tilt: -0.5, zoom: 0 }, wang)
    await waitFor(async () => (await pose()).x > 0.05 && (await pose()).y < -0.02)
    expect(await isMoving()).toBe(true)
    await ptz.stop('cam-1', wang)
    const where = await pose()
    expect([await isMoving(), await pose()]).toEqual([false, where])
    expect(where.zoom).toBe(0)
  })

  test('an axis that is not asked for any more rests while the other one turns', async () => {
    const { ptz, pose } = await start()
    await ptz.move('cam-1', { pan: 0.2, tilt: 0, zoom: 0 }, wang)
    await waitFor(async () => (await pose()).x > 0.01)
    await ptz.move('cam-1', { pan: 0, tilt: 0, zoom: 1 }, wang)
    const { x } = await pose()
    await waitFor(async () => (await pose()).zoom > 0.05)
    expect((await pose()).x).toBe(x)
    await ptz.stop('cam-1', wang)
  })

  test('stands by itself when nothing more is heard, and when the gateway stops', async () => {
    const { ptz, isMoving, end, holds } = await start()
    await ptz.move('cam-1', { pan: 0.1, tilt: 0, zoom: 0 }, wang)
    expect(await isMoving()).toBe(true)
    await waitFor(async () => !(await isMoving()))
    await ptz.move('cam-1', { pan: -0.1, tilt: 0, zoom: 0 }, wang)
    expect(await isMoving()).toBe(true)
    await end()
    expect(await isMoving()).toBe(false)
    expect(holds).toMatchObject([{ cameraId: 'cam-1', by: wang, facts: { directions: 'right left' } }])
    await expect(ptz.move('cam-1', { pan: 1, tilt: 0, zoom: 0 }, wang)).rejects.toMatchObject({
      code: 'gateway-stopping',
    })
  })

  test('is not turned while its picture is withheld', async () => {
    const { pose } = await start()
    const port = zone('c02').onvifPort
    const { ptz, holds } = open(`http://127.0.0.1:${port}/`, demoUser, demoPassword, { privacy: true })
    const before = await pose()
    await expect(ptz.move('cam-1', { pan: 1, tilt: 0, zoom: 0 }, wang)).rejects.toMatchObject({ code: 'privacy' })
    await expect(ptz.goto('cam-1', '1', wang)).rejects.toMatchObject({ kind: 'denied', code: 'privacy' })
    await ptz.stop('cam-1', wang)
    expect([await pose(), holds]).toEqual([before, []])
  })

  test('presets are listed, gone to, kept under a name with odd signs, and removed', async () => {
    const { ptz, pose } = await start()
    const names = async () => (await ptz.state('cam-1', wang)).presets.map(({ name }) => name)
    expect(await names()).toEqual(['装卸口', '道路东段', '全景'])
    await ptz.goto('cam-1', '1', wang)
    expect(await pose()).toEqual({ x: -0.4, y: 0.1, zoom: 0.2 })
    const name = `门 & <b>"'`
    const { token } = await ptz.addPreset('cam-1', name, wang)
    expect(await names()).toEqual(['装卸口', '道路东段', '全景', name])
    await ptz.goto('cam-1', '3', wang)
    await ptz.goto('cam-1', token, wang)
    expect(await pose()).toEqual({ x: -0.4, y: 0.1, zoom: 0.2 })
    await ptz.removePreset('cam-1', token, wang)
    expect(await names()).toEqual(['装卸口', '道路东段', '全景'])
    for (const call of [ptz.goto('cam-1', token, wang), ptz.removePreset('cam-1', '</PresetToken>', wang)])
      await expect(call).rejects.toMatchObject({ kind: 'missing', code: 'preset-missing' })
  })
})

const say = (body: string) => (response: ServerResponse) => reply(response, 200, body)
const refuse = (code: string) => (response: ServerResponse) =>
  reply(
    response,
    400,
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code></s:Fault>`,
  )
const move = (ptz: CameraPtz) => ptz.move('cam-1', { pan: 1, tilt: 0, zoom: 0 }, wang)

describe('other cameras', () => {
  const start = async (options: Parameters<typeof startSoapCamera>[0] = {}) => {
    const stub = await startSoapCamera(options)
    const opened = open(stub.address, stub.state.user, stub.state.password)
    ends.push(stub.stop)
    return { stub, ...opened }
  }

  test('what a move needs is asked once: after the first, one request each, at the profile that turns', async () => {
    const { stub, ptz } = await start()
    await move(ptz)
    const first = stub.requests.length
    await move(ptz)
    expect(stub.requests.slice(first).map(({ name }) => name)).toEqual(['ContinuousMove'])
    expect(stub.requests.at(-1)?.body).toContain('<ProfileToken>0</ProfileToken>')
    expect(stub.requests.at(-1)?.body).toContain('<Timeout>PT2S</Timeout>')
    expect(stub.requests.at(-1)?.body).not.toContain('<Zoom')
  })

  test('a camera whose clock was set meanwhile is asked anew', async () => {
    const { stub, ptz } = await start({ login: 'wsse' })
    await move(ptz)
    stub.state.clockOffsetMs = 3_600_000
    const first = stub.requests.length
    await move(ptz)
    expect(stub.requests.slice(first).map(({ name }) => name)).toEqual([
      'ContinuousMove',
      'GetSystemDateAndTime',
      'GetServices',
      'GetProfiles',
      'ContinuousMove',
    ])
  })

  const still = [{ token: 'a', encoding: 'H264', width: 640, height: 360 }]
  test.each<[string, StubProfile[] | undefined, Partial<CameraRecord>]>([
    ['has no profile that turns', still, {}],
    ['is added by its RTSP address', undefined, { kind: 'rtsp' }],
    ['does not turn as far as is known', undefined, { ptz: false }],
  ])('one that %s', async (_name, profiles, facts) => {
    const stub = await startSoapCamera(profiles && { profiles })
    ends.push(stub.stop)
    const { ptz } = open(stub.address, stub.state.user, stub.state.password, facts)
    await expect(move(ptz)).rejects.toMatchObject({ kind: 'missing', code: 'camera-no-ptz' })
    await expect(ptz.state('cam-1', wang)).rejects.toMatchObject({ code: 'camera-no-ptz' })
  })

  test('one that is not there at all', async () => {
    const { ptz } = open('http://127.0.0.1:9/', 'a', 'b')
    await expect(ptz.state('cam-9', wang)).rejects.toMatchObject({ kind: 'missing', code: 'camera-missing' })
  })

  test('one that refuses, denies, talks nonsense or is away says so', async () => {
    const { stub, ptz, holds } = await start()
    stub.state.odd.ContinuousMove = refuse('ter:InvalidVelocity')
    await expect(move(ptz)).rejects.toMatchObject({ kind: 'invalid', code: 'ptz-refused' })
    stub.state.odd.ContinuousMove = refuse('ter:NotAuthorized')
    await expect(move(ptz)).rejects.toMatchObject({ kind: 'invalid', code: 'camera-denied' })
    stub.state.odd.ContinuousMove = (response) => response.end('<html>router</html>')
    await expect(move(ptz)).rejects.toMatchObject({ kind: 'invalid', code: 'camera-not-onvif' })
    expect(holds.map(({ outcome, facts }) => [outcome, facts.code])).toEqual([
      ['refused', 'ptz-refused'],
      ['refused', 'camera-denied'],
      ['refused', 'camera-not-onvif'],
    ])
    const nobody = open(`http://127.0.0.1:${await freePort()}/`, 'a', 'b')
    await expect(move(nobody.ptz)).rejects.toMatchObject({ kind: 'away', code: 'camera-unreachable' })
  })

  test('one that cannot tell whether it moves is stopped once', async () => {
    const { stub, ptz, end } = await start()
    await move(ptz)
    await ptz.stop('cam-1', wang)
    await end()
    expect(stub.requests.filter(({ name }) => name === 'Stop')).toHaveLength(1)
    expect(stub.requests.at(-1)?.name).toBe('GetStatus')
  })

  test('an odd list of presets: no names, no tokens, none at all', async () => {
    const { stub, ptz } = await start()
    const list = (inner: string) =>
      say(
        `<tptz:GetPresetsResponse xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl">${inner}</tptz:GetPresetsResponse>`,
      )
    stub.state.odd.GetPresets = list('')
    expect((await ptz.state('cam-1', wang)).presets).toEqual([])
    const other = open(stub.address, stub.state.user, stub.state.password)
    stub.state.odd.GetPresets = list(
      '<tptz:Preset token="0"/><tptz:Preset><tt:Name>lost</tt:Name></tptz:Preset><tptz:Preset token="1"><tt:Name>1.0</tt:Name></tptz:Preset>',
    )
    expect((await other.ptz.state('cam-1', wang)).presets).toEqual([
      { token: '0', name: '0' },
      { token: '1', name: '1.0' },
    ])
  })
})
