import { afterEach, beforeEach } from 'vitest'
import { handClock, packet, quietTools, scratchFolder, type SensorSettings, sensorParts } from '../support/sensors.ts'

export const beginUtcMs = Date.UTC(2026, 10, 3)

/** A registry with its intake for each test of a file, on a clock that moves only when told. */
export function sensorStage(settings: SensorSettings = {}) {
  let end = new AbortController()
  let folder = ''
  const clock = handClock(beginUtcMs)
  const tools = { ...quietTools, clock }
  const stage = {
    clock,
    parts: undefined as unknown as ReturnType<typeof sensorParts>,
    send: (topic: string, payload: string | Uint8Array | object, more = {}) => {
      const bytes = typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload)
      return stage.parts.intake.take(packet(topic, bytes, { receivedUtcMs: clock.now(), ...more }))
    },
    /** One odd message makes no device: three do. */
    async teach(topic: string, payload: string | object) {
      for (let n = 0; n < 3; n++) await stage.send(topic, payload)
    },
    pass: (ms: number) => clock.set(clock.now() + ms),
    /** A sensor that speaks plain JSON on `zone/<id>`. */
    place: (id: string) =>
      stage.parts.registry.importAll([{ id, name: id, area: 'a-1', candidate: `json:zone/${id}` }]),
    restart() {
      stage.parts.close()
      stage.parts = sensorParts(folder, tools, settings)
    },
  }
  beforeEach(() => {
    end = new AbortController()
    folder = scratchFolder(end.signal)
    clock.set(beginUtcMs)
    stage.parts = sensorParts(folder, tools, settings)
  })
  afterEach(() => {
    stage.parts.close()
    end.abort()
  })
  return stage
}

/** A discovery message of Home Assistant's single form. */
export const ha = (id: string, more = {}) => ({
  dev: { ids: id, name: id },
  stat_t: `${id}/state`,
  unit_of_meas: '°C',
  val_tpl: '{{ value_json.t }}',
  ...more,
})
