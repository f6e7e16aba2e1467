import type { Span } from '../../gateway/contract/camera.ts'
import type { ClipPlan, DiskState, Hold, PictureState, PlannedOff } from '../../gateway/contract/footage.ts'
import type { GapReason } from '../../gateway/domain/words.ts'

/** Footage that never was, for looking at pages. Everything hangs on `now`. */
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** A gap every seventh hour, each camera's at another time and of another reason; nothing at all from 50 to 40 hours ago. */
export function spansAt(cameraId: string, fromUtcMs: number, toUtcMs: number, now: number): Span[] {
  const n = Number(cameraId.split('-')[1] ?? 1)
  const reasons: readonly GapReason[] = ['camera-lost', 'gateway-stopped', 'connecting', 'camera-timeout', 'disk-full']
  const spans: Span[] = []
  const first = Math.floor(Math.max(fromUtcMs, now - 35 * dayMs) / hourMs) * hourMs
  for (let hour = first; hour < Math.min(toUtcMs, now); hour += hourMs) {
    const index = hour / hourMs
    const ago = now - hour
    if (n % 3 === 1 && ago > 40 * hourMs && ago < 50 * hourMs) continue
    if (index % 7 === n % 7) {
      const gap = hour + ((index * 13 + n * 7) % 40) * 60_000
      const endUtcMs = gap + (2 + ((index + n) % 17)) * 60_000
      spans.push(
        { kind: 'recorded', startUtcMs: hour, endUtcMs: gap },
        { kind: 'gap', startUtcMs: gap, endUtcMs, reason: reasons[(index + n) % reasons.length] ?? 'camera-lost' },
        { kind: 'recorded', startUtcMs: endUtcMs, endUtcMs: hour + hourMs },
      )
    } else spans.push({ kind: 'recorded', startUtcMs: hour, endUtcMs: hour + hourMs })
  }
  return spans
    .map((span) => ({
      ...span,
      startUtcMs: Math.max(span.startUtcMs, fromUtcMs),
      endUtcMs: Math.min(span.endUtcMs, toUtcMs, now),
    }))
    .filter((span) => span.startUtcMs < span.endUtcMs)
}

export const plannedOffAt = (cameraId: string, now: number): PlannedOff[] => [
  {
    id: `off-${cameraId}`,
    cameraId,
    fromUtcMs: now - 47 * hourMs,
    toUtcMs: now - 43 * hourMs,
    reason: '更换支架',
    createdUtcMs: now - 50 * hourMs,
    createdBy: 'yunwei',
    cancelledUtcMs: null,
    cancelledBy: null,
  },
]

const hold = (id: string, now: number, hoursAgo: number, lengthHours: number, more: Partial<Hold>): Hold => ({
  id,
  cameraIds: ['cam-1', 'cam-2'],
  fromUtcMs: now - hoursAgo * hourMs,
  toUtcMs: now - (hoursAgo - lengthHours) * hourMs,
  reason: '投诉 2026-118：加工间异物',
  untilUtcMs: null,
  createdUtcMs: now - hourMs,
  owner: 'jianguan',
  ownerName: '市场监管所',
  releasedUtcMs: null,
  releasedBy: null,
  releaseReason: null,
  active: true,
  ...more,
})
export const holdsAt = (now: number): Hold[] => [
  hold('h1', now, 9, 2, {}),
  hold('h2', now, 3, 1, {
    cameraIds: ['cam-1'],
    reason: '夜间巡查',
    owner: 'zhangmin',
    ownerName: '张敏',
    untilUtcMs: now + 30 * dayMs,
  }),
]

/** Two parts: in the middle of every range the camera was given another resolution. */
export function clipsAt(cameraId: string, fromUtcMs: number, toUtcMs: number, now: number): ClipPlan {
  const middle = Math.round((fromUtcMs + toUtcMs) / 2)
  const gaps = spansAt(cameraId, fromUtcMs, toUtcMs, now).flatMap(({ kind, startUtcMs, endUtcMs, reason }) =>
    kind === 'gap' ? [{ fromUtcMs: startUtcMs, toUtcMs: endUtcMs, reason: reason ?? ('camera-lost' as const) }] : [],
  )
  const part = (from: number, to: number, widthPx: number) => ({
    fromUtcMs: from,
    toUtcMs: to,
    sizeBytes: (to - from) * 500,
    codec: 'H264',
    widthPx,
    heightPx: (widthPx * 9) / 16,
    href: `/api/cameras/${cameraId}/clip.mp4?fromUtcMs=${from}&toUtcMs=${to}`,
    gaps: gaps.filter((gap) => gap.fromUtcMs < to && gap.toUtcMs > from),
  })
  return {
    cameraId,
    fromUtcMs,
    toUtcMs,
    clockOffsetMs: cameraId === 'cam-7' ? 420_000 : 180,
    parts: [part(fromUtcMs, middle, 1_920), part(middle, toUtcMs, 1_280)],
    gaps,
  }
}

export const disksAt = (now: number): DiskState[] => [
  {
    name: 'main',
    path: '/srv/recordings',
    trouble: null,
    totalBytes: 8e12,
    freeBytes: 1.1e12,
    footageBytes: 6.4e12,
    heldBytes: 2.1e11,
    maxBytes: null,
    minFreeBytes: 5e10,
    retentionDays: 30,
    cameras: 16,
    bytesPerDay: 2.4e11,
    daysUntilFull: null,
    oldestUtcMs: now - 30 * dayMs,
  },
  {
    name: 'yard',
    path: '/srv/yard',
    trouble: null,
    totalBytes: 2e12,
    freeBytes: 1.9e11,
    footageBytes: 1.7e12,
    heldBytes: 1.1e12,
    maxBytes: 1.8e12,
    minFreeBytes: 2e9,
    retentionDays: 30,
    cameras: 4,
    bytesPerDay: 6e10,
    daysUntilFull: 1.7,
    oldestUtcMs: now - 12 * dayMs,
  },
  {
    name: 'usb',
    path: '/mnt/usb',
    trouble: { code: 'disk-away', message: 'the recordings folder is not the marked one: is the disk mounted?' },
    totalBytes: null,
    freeBytes: null,
    footageBytes: 4.1e11,
    heldBytes: 0,
    maxBytes: null,
    minFreeBytes: 2e9,
    retentionDays: 30,
    cameras: 1,
    bytesPerDay: 1.4e10,
    daysUntilFull: null,
    oldestUtcMs: now - 9 * dayMs,
  },
]

export const picturesAt = (cameraIds: readonly string[], now: number): PictureState[] =>
  cameraIds.map((cameraId, index) => ({
    cameraId,
    trouble: index === 2 ? 'covered' : null,
    sinceUtcMs: index === 2 ? now - hourMs : null,
    lookedUtcMs: now - 30_000,
    reference: null,
  }))

/** A picture that says its moment. */
export const pictureSvg = (cameraId: string, utcMs: number): string => {
  const hue = Math.floor(utcMs / 600_000) % 360
  const time = new Date(utcMs + 8 * hourMs).toISOString().slice(11, 19)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><rect width="320" height="180" fill="hsl(${hue} 30% 30%)"/>
<text x="160" y="100" fill="#fff" font-size="36" text-anchor="middle">${time}</text>
<text x="160" y="140" fill="#ddd" font-size="18" text-anchor="middle">${cameraId}</text></svg>`
}
