import { z } from 'zod'
import { Id } from './common.ts'

const Port = z.int().min(0).max(65_535)
const login = { user: z.string().min(1).max(120).optional(), password: z.string().min(1).max(256).optional() }

const MaxBytes = z
  .int()
  .min(1)
  .optional()
  .describe('Oldest footage goes early when there is more of it than this on the disk.')

/** config/gateway.yaml. Strict: an unknown key is an error that names its line. Relative paths start at the file's folder. */
export const Config = z.strictObject({
  http: z
    .strictObject({
      host: z.string().default('0.0.0.0').describe('Address to listen on; 127.0.0.1 for this machine only.'),
      port: Port.default(8080).describe('0 takes a free port.'),
      trustedOrigins: z
        .array(z.url())
        .default([])
        .describe(
          'Further origins that may use the API from a browser, e.g. a reverse proxy or the development server.',
        ),
    })
    .prefault({}),
  storage: z
    .strictObject({
      dataDir: z.string().default('../data').describe('Databases and keys.'),
      recordings: z.string().default('../data/recordings').describe('Footage; usually a disk of its own.'),
      retentionDays: z
        .number()
        .min(0.001)
        .max(3_650)
        .default(30)
        .describe('Footage older than this is deleted, oldest first.'),
      minFreeBytes: z
        .int()
        .min(0)
        .default(2_000_000_000)
        .describe('Oldest footage goes early when the disk has less free than this.'),
      maxBytes: MaxBytes,
      disks: z
        .array(
          z.strictObject({
            name: Id.describe('Cameras are assigned to it by this name; never give it to another disk.'),
            path: z.string().min(1),
            minFreeBytes: z.int().min(0).default(2_000_000_000),
            maxBytes: MaxBytes,
          }),
        )
        .max(32)
        .default([])
        .describe('Further recordings disks. The one at `recordings` is named main.'),
    })
    .prefault({}),
  mqtt: z
    .strictObject({
      url: z
        .url({ protocol: /^(mqtts?|wss?)$/ })
        .optional()
        .describe('An MQTT broker to use. Without it the gateway runs its own.'),
      listen: z
        .strictObject({ host: z.string().default('127.0.0.1'), port: Port.default(1883) })
        .prefault({})
        .describe('Where the embedded broker listens. Beyond this machine it needs user and password.'),
      ...login,
      discoveryPrefix: z
        .string()
        .min(1)
        .default('homeassistant')
        .describe('Prefix of Home Assistant discovery topics.'),
      topics: z
        .array(z.string().min(1).max(200))
        .default(['zone/{sensor}'])
        .describe('Templates for plain JSON: {sensor} and {metric} name parts of the topic, + is any part.'),
    })
    .prefault({}),
  influx: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      database: z.string().min(1).max(120).default('zone'),
      ...login,
    })
    .optional()
    .describe('InfluxDB 1.x. Without it readings are kept in an embedded store.'),
  discovery: z
    .strictObject({
      interfaces: z
        .array(z.string().min(1))
        .default([])
        .describe('Network interfaces to look for cameras on; empty means all but loopback.'),
      everySeconds: z.number().min(5).max(86_400).default(60),
    })
    .prefault({}),
  zone: z.string().optional().describe('A zone.yaml to import when the registry is empty.'),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
})
export type Config = z.infer<typeof Config>
