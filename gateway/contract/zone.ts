import { z } from 'zod'
import { areaKinds } from '../domain/words.ts'
import { NewAccount } from './access.ts'
import { RuleFields } from './alert.ts'
import { recordingFields } from './camera.ts'
import { Id, Name } from './common.ts'
import { NewManualSensor } from './sensor.ts'

export const AreaKind = z.enum(areaKinds)
export const Area = z.object({ id: Id, name: Name, kind: AreaKind })
export type Area = z.infer<typeof Area>

/** No licence, no production: both licences of a workshop, as far as they are known. */
export const Licence = z.object({
  businessLicence: z.string().max(60).nullable(),
  permit: z.string().max(60).nullable(),
  permitUntil: z.iso.date().nullable(),
})

export const Workshop = z.object({
  id: Id,
  name: Name,
  product: z.string().max(120).nullable(),
  licence: Licence,
  areas: z.array(Area),
})
export type Workshop = z.infer<typeof Workshop>
export const Site = z.object({ id: Id, name: Name, areas: z.array(Area), workshops: z.array(Workshop) })
export const Zone = z.object({ id: Id, name: Name, timeZone: z.string(), sites: z.array(Site) })
export type Zone = z.infer<typeof Zone>

/** zone.yaml: a whole zone to start from. Strict: an unknown key is an error. Passwords are read, never exported. */
const AreaFile = z.strictObject({ id: Id, name: Name, kind: AreaKind })
const WorkshopFile = z.strictObject({
  id: Id,
  name: Name,
  product: z.string().max(120).optional(),
  businessLicence: z.string().max(60).optional(),
  permit: z.string().max(60).optional(),
  permitUntil: z.iso.date().optional(),
  areas: z.array(AreaFile).default([]),
})
const SiteFile = z.strictObject({
  id: Id,
  name: Name,
  areas: z.array(AreaFile).default([]),
  workshops: z.array(WorkshopFile).default([]),
})
const CameraFile = z.strictObject({
  id: Id,
  name: Name,
  area: Id,
  purpose: z.string().min(1).max(200),
  /** ONVIF device address (http or https), or `rtspUrl`. */
  address: z.url({ protocol: /^https?$/ }).optional(),
  rtspUrl: z.url({ protocol: /^rtsps?$/ }).optional(),
  user: z.string().max(120).default(''),
  password: z.string().max(256).default(''),
  retentionDays: recordingFields.retentionDays.default(null),
  retentionBasis: recordingFields.retentionBasis.default(null),
  /** Name of a recordings disk of this gateway's configuration. */
  disk: recordingFields.disk.default(null),
  hours: recordingFields.hours.default(null),
  privacy: z.boolean().default(false),
})
const SensorFile = z.strictObject({
  id: Id,
  name: Name,
  area: Id,
  /** The candidate id under which discovery announces it, e.g. `ha:cold-w01` or `json:zone/w02/boiler`; `manual:<id>` when a person reads it. */
  candidate: z.string().min(1).max(200),
  /** Of a sensor that a person reads (`manual:<id>`). */
  metrics: NewManualSensor.shape.metrics.optional(),
})
export const ZoneFile = z.strictObject({
  zone: z.strictObject({ id: Id, name: Name, timeZone: z.string().default('Asia/Shanghai') }),
  sites: z.array(SiteFile).min(1),
  cameras: z.array(CameraFile).default([]),
  sensors: z.array(SensorFile).default([]),
  rules: z.array(z.strictObject({ id: Id, ...RuleFields })).default([]),
  accounts: z.array(NewAccount).default([]),
})
export type ZoneFile = z.infer<typeof ZoneFile>
