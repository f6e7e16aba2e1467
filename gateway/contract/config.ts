import { z } from 'zod'
import { sensorSources } from '../domain/words.ts'
import { Id } from './common.ts'

const Port = z.int().min(0).max(65_535)
const login = { user: z.string().min(1).max(120).optional(), password: z.string().min(1).max(256).optional() }

const keepDays = (fallback: number) => z.number().min(0.01).max(36_500).default(fallback)

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
      tls: z
        .strictObject({
          ca: z
            .string()
            .min(1)
            .optional()
            .describe("PEM file with the authority that signed the broker; without it the system's."),
          cert: z.string().min(1).optional().describe("PEM file with this client's certificate."),
          key: z.string().min(1).optional().describe('PEM file with its key.'),
        })
        .prefault({})
        .describe('For mqtts and wss.'),
      version: z
        .union([z.literal(4), z.literal(5)])
        .default(4)
        .describe('4 is MQTT 3.1.1. The embedded broker speaks 3.1.1 whatever is said here.'),
      connections: z
        .int()
        .min(1)
        .max(64)
        .default(1)
        .describe(
          'Connections to the broker at `url`. Leave it at 1: one takes many messages at once. More of them share the messages ($share); their order is not kept, and Mosquitto 2.0 forgets such subscriptions when it restarts.',
        ),
      discoveryPrefix: z
        .string()
        .min(1)
        .default('homeassistant')
        .describe('Prefix of Home Assistant discovery topics.'),
      topics: z
        .array(z.string().min(1).max(200))
        .default(['zone/{sensor}'])
        .describe('Templates for plain JSON: {sensor} and {metric} name parts of the topic, + is any part.'),
      dialects: z
        .array(z.enum(sensorSources).exclude(['manual']))
        .default(sensorSources.filter((source) => source !== 'manual'))
        .describe('How devices may speak. What is left out is not listened to.'),
      publish: z
        .strictObject({
          homeAssistant: z
            .boolean()
            .default(false)
            .describe("Announce the gateway's cameras and sensors by Home Assistant discovery."),
          sparkplug: z
            .strictObject({
              group: z.string().regex(/^[^+#/]{1,60}$/),
              node: z
                .string()
                .regex(/^[^+#/]{1,60}$/)
                .optional()
                .describe("Default: the zone's id."),
            })
            .optional()
            .describe('Be a Sparkplug B edge node, with each workshop as a device. Without it the gateway is none.'),
        })
        .prefault({})
        .describe('What the gateway says to other systems through the broker.'),
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
  readings: z
    .strictObject({
      rawDays: keepDays(30).describe('Every reading.'),
      minuteDays: keepDays(366).describe('Minimum, maximum, mean and count of each minute.'),
      hourDays: keepDays(1_098).describe('The same of each hour.'),
      outboxDays: z.number().min(0.01).max(365).default(7).describe('How long readings wait for a store that is away.'),
      outboxBytes: z
        .int()
        .min(1_000_000)
        .default(4_000_000_000)
        .describe('How many bytes may wait. Over it the oldest go, and a loss row names them.'),
      maxSeries: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(10_000)
        .describe('Metrics of sensors; a further one is refused, and said.'),
    })
    .prefault({}),
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
