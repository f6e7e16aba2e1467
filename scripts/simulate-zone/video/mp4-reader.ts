/** One coded picture: its NAL units without start codes or lengths, and its times in 90 kHz ticks from the start of the clip. */
export interface AccessUnit {
  readonly nals: readonly Buffer[]
  readonly dts: number
  readonly pts: number
  readonly key: boolean
}

export interface Clip {
  readonly codec: 'h264' | 'h265'
  /** SPS and PPS, or VPS, SPS and PPS, in that order. */
  readonly parameterSets: readonly Buffer[]
  readonly units: readonly AccessUnit[]
  readonly durationTicks: number
}

interface Box {
  readonly type: string
  readonly body: Buffer
}

function boxesOf(data: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= data.length; ) {
    const size = data.readUInt32BE(at) || data.length - at
    if (size < 8) throw new Error('a box of this MP4 is smaller than its own header')
    boxes.push({ type: data.toString('latin1', at + 4, at + 8), body: data.subarray(at + 8, at + size) })
    at += size
  }
  return boxes
}

function find(data: Buffer, ...path: string[]): Buffer {
  let here = data
  for (const type of path) {
    const next = boxesOf(here).find((box) => box.type === type)
    if (!next) throw new Error(`this MP4 has no ${path.join('/')}`)
    here = next.body
  }
  return here
}

function optional(data: Buffer, type: string): Buffer | undefined {
  return boxesOf(data).find((box) => box.type === type)?.body
}

/** Rows of 32-bit numbers behind a version word and a row count. */
function table(body: Buffer, columns: number): number[][] {
  const rows: number[][] = []
  const count = body.readUInt32BE(4)
  for (let row = 0; row < count; row++)
    rows.push(Array.from({ length: columns }, (_, column) => body.readUInt32BE(8 + (row * columns + column) * 4)))
  return rows
}

const unrolled = (rows: number[][]): number[] => rows.flatMap(([n = 0, value = 0]) => Array<number>(n).fill(value))

function lengthPrefixed(data: Buffer, lengthBytes: 2 | 4): Buffer[] {
  const nals: Buffer[] = []
  for (let at = 0; at + lengthBytes < data.length; ) {
    const size = data.readUIntBE(at, lengthBytes)
    nals.push(data.subarray(at + lengthBytes, at + lengthBytes + size))
    at += lengthBytes + size
  }
  return nals
}

function avcParameterSets(avcC: Buffer): Buffer[] {
  const sets: Buffer[] = []
  let at = 5
  for (const mask of [0x1f, 0xff]) {
    let count = avcC.readUInt8(at++) & mask
    while (count-- > 0) {
      const size = avcC.readUInt16BE(at)
      sets.push(avcC.subarray(at + 2, at + 2 + size))
      at += 2 + size
    }
  }
  return sets
}

function hevcParameterSets(hvcC: Buffer): Buffer[] {
  const sets: Buffer[] = []
  let at = 23
  for (let arrays = hvcC.readUInt8(22); arrays > 0; arrays--) {
    const type = hvcC.readUInt8(at) & 0x3f
    let count = hvcC.readUInt16BE(at + 1)
    at += 3
    while (count-- > 0) {
      const size = hvcC.readUInt16BE(at)
      if (type >= 32 && type <= 34) sets.push(hvcC.subarray(at + 2, at + 2 + size))
      at += 2 + size
    }
  }
  return sets
}

/**
 * Reads a plain (not fragmented) MP4 with one video track, as ffmpeg writes it. The sample table gives exact decode and
 * presentation times, which raw H.264 does not have.
 * @throws Error when a box is missing
 */
export function readClip(file: Buffer): Clip {
  const media = find(file, 'moov', 'trak', 'mdia')
  const timescale = find(media, 'mdhd').readUInt32BE(12)
  const samples = find(media, 'minf', 'stbl')
  const entry = find(samples, 'stsd').subarray(8)
  const fields = entry.subarray(8 + 78)
  const avcC = optional(fields, 'avcC')
  const hvcC = optional(fields, 'hvcC')
  if (!avcC && !hvcC) throw new Error('this MP4 holds neither H.264 nor H.265')

  const sizes = find(samples, 'stsz')
  const count = sizes.readUInt32BE(8)
  const durations = unrolled(table(find(samples, 'stts'), 2))
  const composition = optional(samples, 'ctts')
  const offsets = composition ? unrolled(table(composition, 2)) : []
  const keys = new Set(table(find(samples, 'stss'), 1).map(([number = 0]) => number))
  const chunks = table(find(samples, 'stco'), 1).map(([offset = 0]) => offset)
  const perChunk = table(find(samples, 'stsc'), 3)

  const ticks = (time: number) => Math.round((time * 90_000) / timescale)
  const units: AccessUnit[] = []
  let time = 0
  for (const [index, start] of chunks.entries()) {
    const [, inChunk = 0] = perChunk.findLast(([first = 0]) => first <= index + 1) ?? []
    let at = start
    for (let n = 0; n < inChunk && units.length < count; n++) {
      const sample = units.length
      const size = sizes.readUInt32BE(12 + sample * 4)
      units.push({
        nals: lengthPrefixed(file.subarray(at, at + size), 4),
        dts: ticks(time),
        pts: ticks(time + (offsets[sample] ?? 0)),
        key: keys.has(sample + 1),
      })
      at += size
      time += durations[sample] ?? 0
    }
  }
  return {
    codec: avcC ? 'h264' : 'h265',
    parameterSets: avcC ? avcParameterSets(avcC) : hevcParameterSets(hvcC ?? Buffer.alloc(0)),
    units,
    durationTicks: ticks(time),
  }
}
