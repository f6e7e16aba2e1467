import { expect, test } from 'vitest'
import { redact } from '../../gateway/lib/log.ts'

test.each([
  ['rtsp://admin:secret@10.0.0.9/live', 'rtsp://***@10.0.0.9/live'],
  ['two: http://a:b@c and mqtt://d:e@f:1883', 'two: http://***@c and mqtt://***@f:1883'],
  ['rtsp://admin:p@ss@10.0.0.9/', 'rtsp://***@10.0.0.9/'],
  ['-rtsp://admin:secret@h', '-rtsp://***@h'],
  ['mail to a@b.example, see http://b.example/x', 'mail to a@b.example, see http://b.example/x'],
])('%s', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test('a long text made of words, as a topic may be, takes no time with the square of its length', () => {
  const startedMs = performance.now()
  redact('a-'.repeat(32_768))
  // It took more than a second.
  expect(performance.now() - startedMs).toBeLessThan(300)
})
