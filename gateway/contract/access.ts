import { z } from 'zod'
import { permissions, personRoles, roles } from '../domain/words.ts'
import { Id, Name, UtcMsField } from './common.ts'

export const Role = z.enum(roles)
/** Of an account that a person signs in with. */
export const PersonRole = z.enum(personRoles)
/** The areas whose pictures may be seen, live and recorded; null: all of them, also those to come. */
export const AreaScope = z.array(Id).min(1).max(500).nullable()

/** Either user and password, or the one-time ticket of the link that `npm start` prints. */
export const LoginBody = z.union([
  z.strictObject({ user: z.string().min(1).max(120), password: z.string().min(1).max(1_024) }),
  z.strictObject({ ticket: z.string().min(1).max(200) }),
])

export const Session = z.object({
  user: z.string(),
  name: z.string(),
  role: Role,
  permissions: z.array(z.enum(permissions)),
  areaIds: AreaScope,
  expiresUtcMs: UtcMsField,
  /** What the page needs before anything else. */
  zoneName: z.string(),
  timeZone: z.string(),
})
export type Session = z.infer<typeof Session>

export const NewAccount = z.strictObject({
  user: z.string().regex(/^[\p{L}\p{N}._-]{1,64}$/u, 'letters, digits, dot, - and _, at most 64'),
  name: Name,
  role: PersonRole,
  areaIds: AreaScope.default(null),
  password: z.string().min(10, 'at least 10 characters').max(1_024),
})
export const Account = z.object({
  id: Id,
  user: z.string(),
  name: z.string(),
  role: Role,
  areaIds: AreaScope,
  disabled: z.boolean(),
  createdUtcMs: UtcMsField,
})
export type Account = z.infer<typeof Account>
export const PatchAccount = z.strictObject({
  name: Name.optional(),
  role: PersonRole.optional(),
  areaIds: AreaScope.optional(),
  disabled: z.boolean().optional(),
  password: NewAccount.shape.password.optional(),
})

/** One line of the audit trail: who did what to what, with which outcome. */
export const AuditEntry = z.object({
  id: z.int(),
  utcMs: UtcMsField,
  user: z.string().nullable(),
  role: Role.nullable(),
  /** e.g. `session.login`, `footage.play`, `footage.download`, `camera.add` */
  action: z.string(),
  /** What it was done to, e.g. a camera id. */
  object: z.string().nullable(),
  outcome: z.enum(['done', 'refused']),
  /** Small facts as JSON: the interval played, the fields changed. Never a secret. */
  facts: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>
