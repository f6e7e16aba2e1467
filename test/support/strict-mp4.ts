/** A reader of our clips that forgives nothing. It shares no code with what writes them. */
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'dinf', 'mvex', 'udta', 'moof', 'traf'])

interface StrictBox {
  readonly type: string
  readonly at: number
  readonly end: number
  readonly body: DataView
  readonly inner: readonly StrictBox[]
}

export interface StrictMp4 {
  readonly timescale: number
  readonly fragments: number
  readonly samples: number
  readonly durationTicks: number
  /** Places to jump to. */
  readonly references: number
  /** Wall clock of each fragment, from its `prft`. */
  readonly utcMs: readonly number[]
}

const must: (ok: boolean, what: string) => asserts ok = (ok, what) => {
  if (!ok) throw new Error(`not strictly an MP4: ${what}`)
}

function boxesIn(bytes: Uint8Array, from: number, end: number, where: string): StrictBox[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const boxes: StrictBox[] = []
  let at = from
  while (at < end) {
    must(end - at >= 8, `${end - at} stray bytes at ${at} in ${where}`)
    const size = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    must(size >= 8 && at + size <= end, `${type} of ${size} bytes at ${at} leaves ${where}`)
    const inner = containers.has(type) ? boxesIn(bytes, at + 8, at + size, type) : []
    boxes.push({ type, at, end: at + size, body: new DataView(view.buffer, view.byteOffset + at + 8, size - 8), inner })
    at += size
  }
  return boxes
}

function one(boxes: readonly StrictBox[], ...path: readonly string[]): StrictBox {
  const [type = '', ...rest] = path
  const found = boxes.filter((box) => box.type === type)
  const [only] = found
  must(only !== undefined && found.length === 1, `${found.length} boxes ${type}`)
  return rest.length === 0 ? only : one(only.inner, ...rest)
}

/** @throws Error that names the first thing that is wrong */
export function strictMp4(bytes: Uint8Array): StrictMp4 {
  const [ftyp, moov, sidx, ...media] = boxesIn(bytes, 0, bytes.length, 'the file')
  must(ftyp?.type === 'ftyp' && moov?.type === 'moov' && sidx?.type === 'sidx', 'not ftyp, moov, sidx')
  const tracks = moov.inner.filter(({ type }) => type === 'trak')
  must(tracks.length === 1, `${tracks.length} tracks`)
  const trackId = one(moov.inner, 'trak', 'tkhd').body.getUint32(12)
  const timescale = one(moov.inner, 'trak', 'mdia', 'mdhd').body.getUint32(12)
  must(one(moov.inner, 'mvex', 'trex').body.getUint32(4) === trackId, 'trex of another track')

  must(media.length % 3 === 0 && media.length > 0, `${media.length} boxes of fragments`)
  const starts = new Map<number, { time: number; key: boolean }>()
  const utcMs: number[] = []
  let [time, samples] = [0, 0]
  for (let n = 0; n < media.length; n += 3) {
    const [prft, moof, mdat] = media.slice(n, n + 3)
    must(
      prft?.type === 'prft' && moof?.type === 'moof' && mdat?.type === 'mdat',
      `${prft?.type} ${moof?.type} ${mdat?.type} where prft, moof, mdat belong`,
    )
    must(one(moof.inner, 'mfhd').body.getUint32(4) === n / 3 + 1, `fragment ${n / 3} has another number`)
    const tfhd = one(moof.inner, 'traf', 'tfhd').body
    must(
      tfhd.getUint32(0) === 0x02_0000 && tfhd.getUint32(4) === trackId,
      'tfhd: not default-base-is-moof, or another track',
    )
    const tfdt = Number(one(moof.inner, 'traf', 'tfdt').body.getBigUint64(4))
    must(tfdt === time, `fragment ${n / 3} begins at ${tfdt}, the one before ended at ${time}`)
    must(Number(prft.body.getBigUint64(16)) === tfdt && prft.body.getUint32(4) === trackId, 'prft of another moment')
    utcMs.push(Math.round((prft.body.getUint32(8) - 2_208_988_800 + prft.body.getUint32(12) / 2 ** 32) * 1_000))
    const read = readTrun(one(moof.inner, 'traf', 'trun').body, time)
    must(read.dataOffset === moof.end - moof.at + 8, 'trun does not point at its mdat')
    must(read.sizeBytes === mdat.end - mdat.at - 8, `samples of ${read.sizeBytes} bytes in another mdat`)
    starts.set(prft.at, { time, key: read.key })
    time += read.duration
    samples += read.count
  }
  must(
    utcMs.every((utc, n) => n === 0 || utc > (utcMs[n - 1] ?? 0)),
    'wall clock runs back',
  )
  const mehd = Number(one(moov.inner, 'mvex', 'mehd').body.getBigUint64(4))
  const movieScale = one(moov.inner, 'mvhd').body.getUint32(12)
  must(Math.abs(mehd / movieScale - time / timescale) <= 1 / movieScale, `mehd says ${mehd / movieScale} s`)
  const references = checkIndex(sidx, { bytes, timescale, trackId, starts, time })
  return { timescale, fragments: media.length / 3, samples, durationTicks: time, references, utcMs }
}

function readTrun(trun: DataView, time: number) {
  must(trun.getUint32(0) === 0x0100_0f01, 'trun of other flags')
  const count = trun.getUint32(4)
  must(count > 0 && trun.byteLength === 12 + count * 16, `trun of ${count} samples in ${trun.byteLength} bytes`)
  let [sizeBytes, duration] = [0, 0]
  for (let n = 0; n < count; n++) {
    const at = 12 + n * 16
    must(trun.getUint32(at) > 0 && trun.getUint32(at + 4) > 0, 'a sample without bytes or length')
    must(time + duration + trun.getInt32(at + 12) >= 0, 'a picture before the beginning')
    duration += trun.getUint32(at)
    sizeBytes += trun.getUint32(at + 4)
  }
  return { count, sizeBytes, duration, dataOffset: trun.getUint32(8), key: (trun.getUint32(20) & 0x1_0000) === 0 }
}

interface IndexFacts {
  readonly bytes: Uint8Array
  readonly timescale: number
  readonly trackId: number
  readonly starts: ReadonlyMap<number, { time: number; key: boolean }>
  readonly time: number
}

function checkIndex({ body, end }: StrictBox, { bytes, timescale, trackId, starts, time }: IndexFacts): number {
  must(body.getUint32(0) === 0x0100_0000 && body.getUint32(4) === trackId, 'sidx of another track')
  must(body.getUint32(8) === timescale && body.getBigUint64(20) === 0n, 'sidx in another timescale, or not in place')
  const count = body.getUint16(30)
  must(count > 0 && body.byteLength === 32 + count * 12, 'sidx of another length')
  let [at, from] = [end, 0]
  for (let n = 0; n < count; n++) {
    const start = starts.get(at)
    must(start?.key === true && start.time === from, `reference ${n} points at no keyframe of its time`)
    must(body.getUint32(32 + n * 12) >>> 31 === 0 && body.getUint32(40 + n * 12) === 0x9000_0000, 'not a SAP of type 1')
    at += body.getUint32(32 + n * 12)
    from += body.getUint32(36 + n * 12)
  }
  must(at === bytes.length && from === time, 'sidx does not cover the file')
  return count
}
