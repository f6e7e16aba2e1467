import { z } from 'zod'
import { Account, AuditEntry } from './access.ts'
import { Alert, Rule } from './alert.ts'
import { Camera, CameraCandidate } from './camera.ts'
import { Quarantined, Sensor, SensorCandidate } from './sensor.ts'

/** Answers that hold a list: one object with one named field each, so that a field can be added later. */
export const Cameras = z.object({ cameras: z.array(Camera) })
export const Sensors = z.object({ sensors: z.array(Sensor) })
export const Rules = z.object({ rules: z.array(Rule) })
export const Alerts = z.object({ alerts: z.array(Alert) })
export const Accounts = z.object({ accounts: z.array(Account) })
export const Quarantine = z.object({ quarantined: z.array(Quarantined) })
/** Newest first; ask for older ones with `beforeId`. */
export const AuditEntries = z.object({ entries: z.array(AuditEntry) })
export const Discovery = z.object({ cameras: z.array(CameraCandidate), sensors: z.array(SensorCandidate) })
export type Discovery = z.infer<typeof Discovery>
