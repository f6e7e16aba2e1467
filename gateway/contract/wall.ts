import { z } from 'zod'
import { areaKinds } from '../domain/words.ts'
import { Role } from './access.ts'
import { Id, Name, UtcMsField } from './common.ts'

/** `auto` shows as many as stay readable; `1+5` and `1+7` have one large picture and the others around it. */
export const WallLayout = z.enum(['auto', '1', '4', '9', '16', '25', '1+5', '1+7'])
export type WallLayout = z.infer<typeof WallLayout>

/** Which cameras a wall shows. */
export const WallGroup = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('all') }),
  /** Cameras whose area belongs to the workshop. */
  z.strictObject({ by: z.literal('workshop'), id: Id }),
  z.strictObject({ by: z.literal('kind'), kind: z.enum(areaKinds) }),
  /** Those with something wrong: offline, an open alert, a picture that is not as it should be. */
  z.strictObject({ by: z.literal('trouble') }),
])
export type WallGroup = z.infer<typeof WallGroup>

/** How a wall looks. */
export const WallSettings = z.strictObject({
  layout: WallLayout,
  group: WallGroup,
  /** Cameras with trouble come first; else `sequence`, then by place. */
  troubleFirst: z.boolean(),
  /** Cameras in the order somebody gave them; those not named follow by place. */
  sequence: z.array(Id).max(500),
  /** Turns to the next page after so many seconds; null: stays. */
  tourSeconds: z.int().min(5).max(600).nullable(),
  /** All tiles are kept at the same moment, the slowest one's. */
  together: z.boolean(),
  /** A camera with a new critical alert is shown large by itself. */
  alertsToFront: z.boolean(),
})
export type WallSettings = z.infer<typeof WallSettings>

/** A wall under a name: a person's own, or one that everybody of a role finds. */
export const WallView = z.object({
  id: Id,
  name: z.string(),
  /** null: the own one of whoever asks. */
  role: Role.nullable(),
  settings: WallSettings,
  changedUtcMs: UtcMsField,
  changedBy: z.string(),
})
export type WallView = z.infer<typeof WallView>
export const NewWallView = z.strictObject({ name: Name, role: Role.nullable(), settings: WallSettings })
export type NewWallView = z.infer<typeof NewWallView>
export const PatchWallView = z.strictObject({ name: Name.optional(), settings: WallSettings.optional() })
export type PatchWallView = z.infer<typeof PatchWallView>

/** What a person's wall page starts from. */
export const Walls = z.object({
  /** As this person last left it; null before the first change: then the role's first view, or the start values. */
  current: WallSettings.nullable(),
  /** Own ones first, then those of the role; a person who may administer finds those of all roles. */
  views: z.array(WallView),
})
export type Walls = z.infer<typeof Walls>

/** A wall that nobody sits at: a browser that may watch, and nothing else, until somebody revokes it. */
export const Screen = z.object({
  id: Id,
  name: z.string(),
  areaIds: z.array(Id).nullable(),
  createdUtcMs: UtcMsField,
  createdBy: z.string(),
  /** Null before the link was opened; so is the next. */
  seenUtcMs: UtcMsField.nullable(),
  address: z.string().nullable(),
  revokedUtcMs: UtcMsField.nullable(),
  revokedBy: z.string().nullable(),
})
export type Screen = z.infer<typeof Screen>
export const NewScreen = z.strictObject({ name: Name, areaIds: z.array(Id).min(1).max(500).nullable().default(null) })
export type NewScreen = z.infer<typeof NewScreen>
export const Screens = z.object({ screens: z.array(Screen) })
/** The link is shown once and opens the wall once, in the browser that then is the screen. */
export const ScreenLink = z.object({ screen: Screen, path: z.string(), expiresUtcMs: UtcMsField })
export type ScreenLink = z.infer<typeof ScreenLink>
