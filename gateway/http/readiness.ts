import type { Modules } from './assemble.ts'
import type { Readiness } from './parts.ts'

/** Answers /readyz: each part with ok, or why not. A camera that is away makes the gateway no less ready. */
export function gatewayReadiness(m: Modules): () => Readiness {
  const good = { ok: true, code: null, message: null }
  return () => {
    const away = m.footage.troubles().find((disk) => disk.trouble !== null)
    const trouble = away?.trouble && { code: away.trouble.code, message: `${away.trouble.message} (${away.name})` }
    const { ok, code, message } = m.writer.health
    const cameras = m.cameras.list().filter(({ enabled }) => enabled)
    const recording = cameras.filter(({ id }) => m.states.get(id).status === 'recording').length
    const recovering = { code: 'recovering', message: 'what was recorded before the start is being looked through' }
    const recordings = m.footage.isRecovered() ? trouble : recovering
    const parts: Readiness['parts'] = {
      store: good,
      recordings: recordings ? { ok: false, code: recordings.code, message: recordings.message } : good,
      broker: m.broker.connected
        ? good
        : { ok: false, code: 'broker-away', message: 'the MQTT broker does not answer' },
      metrics: { ok, code, message },
      cameras: { ...good, message: `${recording} of ${cameras.length} recording` },
    }
    return { ok: Object.values(parts).every((part) => part.ok), parts }
  }
}
