import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { assert, integer, nat, property } from 'fast-check'
import { expect, test } from 'vitest'
import { cellCount, cellsOf, readCells } from './clock-cells.ts'
import { type ClockStream, startClockRtsp } from './clock-rtsp.ts'

const run = promisify(execFile)
const levelsOf = (utcMs: number, black = 16, white = 235) => cellsOf(utcMs).map((cell) => (cell ? white : black))
const moments = integer({ min: 1_600_000_000_000, max: 2_500_000_000_000 })

test('cells say the moment they were made of, also when it is read days later', () => {
  assert(
    property(moments, integer({ min: -86_400_000, max: 86_400_000 }), (utcMs, later) => {
      expect(cellsOf(utcMs)).toHaveLength(cellCount)
      expect(readCells(levelsOf(utcMs), utcMs + later)).toBe(utcMs)
    }),
  )
})

test('one wrong cell, a blurred one and a grey picture are no time', () => {
  assert(
    property(moments, nat({ max: cellCount - 1 }), (utcMs, at) => {
      const levels = levelsOf(utcMs)
      const wrong = levels.map((level, n) => (n === at ? 251 - level : level))
      expect(readCells(wrong, utcMs)).toBeUndefined()
      expect(
        readCells(
          levels.map((level, n) => (n === at ? 125 : level)),
          utcMs,
        ),
      ).toBeUndefined()
      expect(readCells(levelsOf(utcMs, 110, 140), utcMs)).toBeUndefined()
    }),
  )
})

test.each([
  ['H.264', 'h264', 0],
  ['H.264 with B-frames', 'h264', 2],
  ['H.265', 'h265', 0],
] as const)('a camera of %s shows its clock, and it goes on', async (_name, codec, bFrames) => {
  const size = { widthPx: 320, heightPx: 192 }
  const stream: ClockStream = {
    path: '/a/sub',
    codec,
    ...size,
    fps: 10,
    kbps: 200,
    gopSeconds: 1,
    bFrames,
    changes: false,
  }
  await using server = await startClockRtsp([stream])
  const frames = 30
  const address = `rtsp://127.0.0.1:${server.port}/a/sub`
  const luma = ['-frames:v', String(frames), '-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1']
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', address, ...luma], {
    encoding: 'buffer',
    maxBuffer: 1 << 26,
  })
  const cellPx = size.widthPx / cellCount
  const shown = Array.from({ length: frames }, (_, frame) => {
    const at = frame * size.widthPx * size.heightPx + (cellPx / 2) * size.widthPx + cellPx / 2
    const levels = Array.from({ length: cellCount }, (__, cell) => stdout[at + cell * cellPx] ?? 0)
    return readCells(levels, Date.now())
  })
  // Who comes in the midst of a group may get pictures that refer to what it has not seen, until the next keyframe.
  const read = shown.slice(shown.findIndex((each) => each !== undefined))
  const times = read.filter((each) => each !== undefined)
  expect(times).toHaveLength(read.length)
  expect(times.length).toBeGreaterThan(frames / 2)
  expect(new Set(times).size).toBe(times.length)
  expect(times.toSorted((a, b) => a - b)).toEqual(times)
})
