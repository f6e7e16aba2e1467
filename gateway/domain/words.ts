/** Words that are stored, sent and shown: each list is the only place where it is spelled out. */

/** What an area is for. The three forbidden kinds exist so that a plan can name them, and never hold a camera (State Council Order 799, art. 8). */
export const areaKinds = [
  'raw',
  'process',
  'pack',
  'store',
  'lab',
  'gate',
  'road',
  'corridor',
  'waste',
  'outfall',
  'living',
  'changing',
  'toilet',
] as const
export type AreaKind = (typeof areaKinds)[number]

const forbidden: readonly AreaKind[] = ['living', 'changing', 'toilet']
/** May a camera be placed in an area of this kind? */
export const mayFilm = (kind: AreaKind): boolean => !forbidden.includes(kind)

/** What a person can be. */
export const personRoles = ['office', 'regulator', 'ops', 'admin'] as const
export type PersonRole = (typeof personRoles)[number]
/** And `screen`, a wall that nobody sits at: it may watch, and nothing else. */
export const roles = [...personRoles, 'screen'] as const
export type Role = (typeof roles)[number]

/**
 * What a role may do. `watch` live, take a `snapshot`, `steer` cameras that turn, `review` footage, `download` it, `hold` it, `acknowledge`
 * alerts, write down what an instrument shows (`measure`), `configure` devices and rules, `administer` accounts.
 */
export const permissions = [
  'watch',
  'snapshot',
  'steer',
  'review',
  'download',
  'hold',
  'acknowledge',
  'measure',
  'configure',
  'audit',
  'administer',
] as const
export type Permission = (typeof permissions)[number]
const granted: Record<Role, readonly Permission[]> = {
  office: ['watch', 'snapshot', 'steer', 'review', 'download', 'hold', 'acknowledge', 'measure'],
  regulator: ['watch', 'snapshot', 'review', 'download', 'hold', 'audit'],
  ops: ['watch', 'snapshot', 'steer', 'acknowledge', 'measure', 'configure'],
  admin: permissions,
  screen: ['watch'],
}
/** The steps of the live picture's ladder, best first: a stream as it is, MPEG-1 made from one, a JPEG a second. */
export const ladderSteps = ['main', 'sub', 'third', 'mpeg1', 'jpeg'] as const
export type LadderStep = (typeof ladderSteps)[number]

export const may = (role: Role, permission: Permission): boolean => granted[role].includes(permission)

/** In which dialect of MQTT a sensor speaks; `json` is plain JSON that was learned, `manual` a person who reads an instrument. */
export const sensorSources = [
  'home-assistant',
  'sparkplug',
  'homie',
  'tasmota',
  'shelly',
  'zigbee2mqtt',
  'chirpstack',
  'ttn',
  'rtl433',
  'theengs',
  'json',
  'manual',
] as const
export type SensorSource = (typeof sensorSources)[number]

/**
 * How far a reading may be trusted. `suspect`: the device's clock is ahead. `late`: measured long ago, delivered again, or carried over from
 * a backlog; never a live alert. `manual`: read off an instrument by a person.
 */
export const readingQualities = ['ok', 'suspect', 'late', 'manual'] as const
export type ReadingQuality = (typeof readingQualities)[number]

/** Why readings were given up. `outbox-age`, `outbox-bytes`: over the outbox's bounds, oldest first; `damaged`: their bytes on disk are. */
export const lossReasons = ['outbox-age', 'outbox-bytes', 'damaged'] as const
export type LossReason = (typeof lossReasons)[number]

/** Why a stretch that should have been recorded was not. */
export const gapReasons = [
  /** The camera is being reached for the first time. */
  'connecting',
  /** The connection ended. */
  'camera-lost',
  /** Nothing listens on the camera's RTSP port. */
  'camera-unreachable',
  /** There is no way to the camera in the network. */
  'no-route',
  /** The camera does not answer at all. */
  'camera-timeout',
  /** The camera answers, but has no such stream. */
  'stream-not-found',
  /** Wrong user or password. */
  'camera-denied',
  /** Video arrives, but never a picture to start from. */
  'no-keyframe',
  /** Connected, but the bytes stopped. */
  'stalled',
  /** The stream is neither H.264 nor H.265. */
  'unsupported-codec',
  /** The gateway was stopped on purpose. */
  'gateway-stopped',
  /** The gateway ended without a goodbye: killed, or power lost. */
  'gateway-crashed',
  'disk-full',
  /** The recordings folder is not the one that was marked: unmounted, foreign or read-only. */
  'disk-away',
  /** Switched off by an operator. */
  'disabled',
  /** The wall clock or the camera's clock jumped; a new run was begun. */
  'clock-step',
  /** The camera's video parameters changed: a new run was begun. */
  'parameters-changed',
  /** The disk or this machine could not keep up. */
  'overload',
  /** It was recorded, but its file is no longer on the disk. */
  'footage-missing',
  /** It was recorded, and removed before its time because the disk was short of space. */
  'purged',
  /** The index was lost; the footage was found again, but not what was known of the time between. */
  'index-lost',
] as const
export type GapReason = (typeof gapReasons)[number]
/** How a run ended: its end begins a gap with the same reason. */
export type RunEndReason = GapReason

/** What is wrong with a picture although video arrives. */
export const pictureTroubles = ['frozen', 'black', 'covered', 'shifted', 'looped'] as const
export type PictureTrouble = (typeof pictureTroubles)[number]
