import { describe, expect, test } from 'vitest'
import { maskSecrets, parseDeviceAddress, parseRtspAddress, streamAddressAt } from '../../gateway/cameras/address.ts'
import { Failure } from '../../gateway/domain/failure.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (cause) {
    if (cause instanceof Failure) return cause.code
    throw cause
  }
  return 'nothing thrown'
}

describe('an ONVIF device address', () => {
  test.each([
    ['http://192.168.1.64', 'http://192.168.1.64/onvif/device_service', 80],
    ['http://192.168.1.64/', 'http://192.168.1.64/onvif/device_service', 80],
    ['http://192.168.1.64:80/onvif/device_service', 'http://192.168.1.64/onvif/device_service', 80],
    ['HTTP://Gate-Cam.Zone.Local:8000/x', 'http://gate-cam.zone.local:8000/x', 8000],
    ['https://10.0.0.9/onvif/device_service', 'https://10.0.0.9/onvif/device_service', 443],
    ['http://[fe80::1]:81/a', 'http://[fe80::1]:81/a', 81],
  ])('%s is read', (text, url, port) => {
    expect(parseDeviceAddress(text)).toMatchObject({ url, port })
  })

  test.each([
    'http://example/;rm',
    'http://example/;rm -rf /',
    'http://example/a b',
    'http://example/`id`',
    'http://example/<x>',
    'http://example/"x"',
    "http://example/'x'",
    'http://example/a\\b',
    'http://example/#a',
    'http://127.0.0.1:8086/query?q=DROP+DATABASE+zone',
    'http://example/摄像头',
    'http://exa mple/',
    'http://example;rm/',
    'http://$(id)/',
    'http://-example/',
    'http://example..org/',
    'http://1.2.3/',
    'http://1.2.3.400/',
    'http://[::zz]/',
    'http://example:0/',
    'http://example:65536/',
    'http://example:port/',
    'http://user:secret@example/',
    'ftp://example/',
    'rtsp://example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//example/',
    'example',
    '',
    'http://',
    `http://example/${'a'.repeat(600)}`,
    'http://example/\nHost: other',
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseDeviceAddress(text))).toBe('address-invalid')
  })
})

describe('an RTSP address', () => {
  test.each([
    ['rtsp://10.0.0.9/live', 'rtsp://10.0.0.9/live', null, null, 554],
    ['rtsp://admin:a%40b@10.0.0.9:8554/live?x=1&y=2', 'rtsp://10.0.0.9:8554/live?x=1&y=2', 'admin', 'a@b', 8554],
    ['rtsp://admin:a@b:c@10.0.0.9/live', 'rtsp://10.0.0.9/live', 'admin', 'a@b:c', 554],
    ['rtsp://admin:100%@10.0.0.9:554/', 'rtsp://10.0.0.9/', 'admin', '100%', 554],
    ['rtsps://admin@cam/live', 'rtsps://cam/live', 'admin', null, 322],
  ])('%s is taken apart', (text, url, user, password, port) => {
    expect(parseRtspAddress(text)).toMatchObject({ url, user, password, port })
  })

  test.each([
    'rtsp://a%0d%0aX:y@10.0.0.9/live',
    'http://10.0.0.9/live',
    'rtmp://10.0.0.9/live',
    'rtsp://10.0.0.9/;rm',
    'rtsp:/10.0.0.9/',
    'rtsp://a:b@/x',
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseRtspAddress(text))).toBe('address-invalid')
  })

  test('a refusal does not repeat the password', () => {
    try {
      parseRtspAddress('rtsp://admin:hunter2@10.0.0.9/;rm')
      expect.unreachable()
    } catch (cause) {
      expect(cause).toBeInstanceOf(Failure)
      expect(JSON.stringify([(cause as Failure).message, (cause as Failure).facts])).not.toContain('hunter2')
    }
  })
})

test('a stream address is moved to the host that was asked, without user info', () => {
  expect(streamAddressAt('rtsp://admin:x@172.17.0.2:8554/s;1?a=b', '10.0.0.9')).toBe('rtsp://10.0.0.9:8554/s;1?a=b')
  expect(streamAddressAt('rtsp://evil.example/s', '::1')).toBe('rtsp://[::1]/s')
  expect(codeOf(() => streamAddressAt('http://10.0.0.9/s', '10.0.0.9'))).toBe('address-invalid')
})

test.each([
  [
    'rtsp://h/user=admin_password=tl_Jw_channel=1_stream=0.sdp',
    'rtsp://h/user=admin_password=***_channel=1_stream=0.sdp',
  ],
  ['rtsp://h/live?user=a&pwd=b&x=1', 'rtsp://h/live?user=a&pwd=***&x=1'],
  ['rtsp://h/live', 'rtsp://h/live'],
])('%s is shown as %s', (url, shown) => {
  expect(maskSecrets(url)).toBe(shown)
})
