import { z } from 'zod'
import { Id, Name, UtcMsField } from './common.ts'

/** An MQTT filter: `+` for one level, `#` for all below. */
export const TopicFilter = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (filter) =>
      filter
        .split('/')
        .every((part, at, all) => !/[+#]/.test(part) || part === '+' || (part === '#' && at === all.length - 1)),
    {
      message: '+ and # stand alone between slashes, # only at the end',
    },
  )

/** Who may log in at the embedded broker, and what it may say and hear. `%c` in a filter is its client id. */
export const BrokerAccount = z.object({
  id: Id,
  /** The MQTT user name. */
  user: z.string(),
  note: z.string(),
  publish: z.array(TopicFilter),
  subscribe: z.array(TopicFilter),
  createdUtcMs: UtcMsField,
  createdBy: z.string(),
  /** The last time it logged in; null before the first. */
  seenUtcMs: UtcMsField.nullable(),
  connected: z.boolean(),
})
export type BrokerAccount = z.infer<typeof BrokerAccount>
export const BrokerAccounts = z.object({ accounts: z.array(BrokerAccount) })

const rights = {
  note: z.string().trim().max(200).default(''),
  publish: z.array(TopicFilter).max(50),
  subscribe: z.array(TopicFilter).max(50).default([]),
}
const MqttUser = Name.regex(/^[A-Za-z0-9._-]{1,60}$/, 'letters, digits, . _ and -, at most 60')
export const NewBrokerAccount = z.strictObject({ user: MqttUser, ...rights })
export type NewBrokerAccount = z.infer<typeof NewBrokerAccount>
/** The password is made by the gateway and shown this once. */
export const MadeBrokerAccount = BrokerAccount.extend({ password: z.string() })
export type MadeBrokerAccount = z.infer<typeof MadeBrokerAccount>

/**
 * A claim code makes an account without anybody copying a password around: the first device that logs in with the code as its password,
 * under a user name that is free, gets an account of that name with this password and these rights. Once, and within its time.
 */
export const NewClaim = z.strictObject({
  ...rights,
  validMinutes: z
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(60),
})
export type NewClaim = z.infer<typeof NewClaim>
export const Claim = z.object({
  id: Id,
  note: z.string(),
  publish: z.array(TopicFilter),
  subscribe: z.array(TopicFilter),
  validUntilUtcMs: UtcMsField,
  createdBy: z.string(),
})
export type Claim = z.infer<typeof Claim>
export const Claims = z.object({ claims: z.array(Claim) })
/** The code is shown this once: ten characters without those that are mistaken for others. */
export const MadeClaim = Claim.extend({ code: z.string() })
export type MadeClaim = z.infer<typeof MadeClaim>
