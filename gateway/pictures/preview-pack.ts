/**
 * The small pictures of one camera and hour in one file, so that a month of them is seven hundred files and not a quarter of a million.
 * A table of 360 slots of 16 bytes (u32 offset, u32 size, u32 milliseconds into the hour, u32 CRC-32 of the picture, big-endian),
 * then the JPEGs. A picture is written before its slot: after a kill or a power cut a slot is right, or its CRC says that it is not,
 * and then the picture is made anew from the footage. Nothing here is ever needed.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { hours, type Millis, type UtcMs } from '../domain/units.ts'
import { previewEveryMs } from './keyframes.ts'

const slotBytes = 16
const slots = hours(1) / previewEveryMs
const tableBytes = slots * slotBytes
/** More than any small picture takes: a damaged size. */
const maxPictureBytes = 1 << 20

export interface Preview {
  readonly utcMs: UtcMs
  readonly jpeg: Buffer
}

export const hourOf = (utcMs: UtcMs): UtcMs => Math.floor(utcMs / hours(1)) * hours(1)
export const previewFolder = 'previews'
export const packSuffix = '.pack'

/** `<root>/<camera>/previews/<YYYY-MM-DD>-<HH>.pack`, hours in UTC. */
export const packPath = (root: string, cameraId: string, utcMs: UtcMs): string =>
  join(
    root,
    cameraId,
    previewFolder,
    `${new Date(hourOf(utcMs)).toISOString().slice(0, 13).replace('T', '-')}${packSuffix}`,
  )

/** The hour a pack's name says, or undefined when it is no pack of ours. */
export function hourOfName(name: string): UtcMs | undefined {
  const [, day, hour] = /^(\d{4}-\d\d-\d\d)-(\d\d)\.pack$/.exec(name) ?? []
  const utcMs = day === undefined ? Number.NaN : Date.parse(`${day}T${hour}:00:00Z`)
  return Number.isNaN(utcMs) ? undefined : utcMs
}

/** The picture of the slot that holds `utcMs`; undefined when there is none, or a damaged one. */
export async function readPreview(root: string, cameraId: string, utcMs: UtcMs): Promise<Preview | undefined> {
  const handle = await openPack(packPath(root, cameraId, utcMs), 'r')
  if (!handle) return undefined
  try {
    return await readSlot(handle, utcMs)
  } finally {
    await handle.close()
  }
}

/**
 * Keeps pictures, each in its slot. One that is there already stays: footage does not change.
 * @param previews of one camera @throws the file system's errors; a folder of the camera that is not there is one
 */
export async function writePreviews(root: string, cameraId: string, previews: readonly Preview[]): Promise<void> {
  for (const hour of new Set(previews.map(({ utcMs }) => hourOf(utcMs)))) {
    const path = packPath(root, cameraId, hour)
    // The camera's own folder is made by the recorder: where it is missing, the disk is not mounted.
    await mkdir(dirname(path)).catch(unlessThere)
    const handle = (await openPack(path, 'r+')) ?? (await open(path, 'wx+'))
    try {
      for (const preview of previews) if (hourOf(preview.utcMs) === hour) await writeSlot(handle, preview)
    } finally {
      await handle.close()
    }
  }
}

const intoHour = (utcMs: UtcMs): Millis => utcMs - hourOf(utcMs)
const placeOf = (utcMs: UtcMs): number => Math.floor(intoHour(utcMs) / previewEveryMs) * slotBytes

async function readSlot(handle: FileHandle, utcMs: UtcMs): Promise<Preview | undefined> {
  const slot = Buffer.alloc(slotBytes)
  const { bytesRead } = await handle.read(slot, 0, slotBytes, placeOf(utcMs))
  const [offset, size, atMs] = [slot.readUInt32BE(0), slot.readUInt32BE(4), slot.readUInt32BE(8)]
  if (bytesRead < slotBytes || size === 0 || size > maxPictureBytes || offset < tableBytes) return undefined
  const jpeg = Buffer.alloc(size)
  const read = await handle.read(jpeg, 0, size, offset)
  if (read.bytesRead < size || crc32(jpeg) !== slot.readUInt32BE(12)) return undefined
  const atUtcMs = hourOf(utcMs) + atMs
  return placeOf(atUtcMs) === placeOf(utcMs) && hourOf(atUtcMs) === hourOf(utcMs) ? { utcMs: atUtcMs, jpeg } : undefined
}

async function writeSlot(handle: FileHandle, { utcMs, jpeg }: Preview): Promise<void> {
  if (await readSlot(handle, utcMs)) return
  const offset = Math.max((await handle.stat()).size, tableBytes)
  await handle.write(jpeg, 0, jpeg.length, offset)
  const slot = Buffer.alloc(slotBytes)
  for (const [n, value] of [offset, jpeg.length, intoHour(utcMs), crc32(jpeg)].entries())
    slot.writeUInt32BE(value, n * 4)
  await handle.write(slot, 0, slotBytes, placeOf(utcMs))
}

/** @returns undefined when there is no such file */
async function openPack(path: string, flags: 'r' | 'r+'): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

function unlessThere(cause: unknown): void {
  if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
}
