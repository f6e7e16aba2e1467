import type { CameraState } from '../../gateway/contract/camera.ts'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import type { ThingSources } from '../../gateway/publish/things.ts'

export const nowUtcMs = 1_800_000_000_000

export const metric = (key: string, more: Partial<Metric> = {}): Metric => ({
  key,
  name: key,
  unit: '°C',
  sourceUnit: null,
  kind: 'temperature',
  type: 'number',
  guessed: false,
  periodMs: null,
  ...more,
})
export const sensor = (id: string, more: Partial<Sensor> = {}): Sensor => ({
  id,
  candidateId: `json:zone/${id}`,
  name: `Sensor ${id}`,
  areaId: 'w01-store',
  source: 'json',
  metrics: [metric('t')],
  status: 'online',
  why: null,
  latest: [{ metric: 't', value: 4.5, quality: 'ok', utcMs: nowUtcMs - 1_000, unknownFromUtcMs: null }],
  clockOffsetMs: null,
  ...more,
})
export const recordingState: CameraState = {
  status: 'recording',
  reason: null,
  detail: null,
  sinceUtcMs: 1,
  nextTryUtcMs: null,
  lastFrameUtcMs: 2,
  fps: 15,
  kbps: 900,
}

/** What a gateway has, to be changed by the test. */
export function house() {
  const now = {
    cameras: [
      { id: 'cam-1', name: '制面间', areaId: 'w01-process', device: { manufacturer: 'Maker', model: 'X1' } },
      { id: 'cam-2', name: 'Gate', areaId: 'gate', device: null },
    ],
    states: new Map<string, CameraState>(),
    sensors: [sensor('cold')],
  }
  const sources: ThingSources = {
    zone: () => ({
      id: 'fuan',
      name: '福安',
      timeZone: 'Asia/Shanghai',
      sites: [
        {
          id: 'north',
          name: 'North',
          areas: [{ id: 'gate', name: 'Gate', kind: 'gate' }],
          workshops: [
            {
              id: 'w01',
              name: '一号',
              product: null,
              licence: { businessLicence: null, permit: null, permitUntil: null },
              areas: [
                { id: 'w01-process', name: 'Process', kind: 'process' },
                { id: 'w01-store', name: 'Store', kind: 'store' },
              ],
            },
          ],
        },
      ],
    }),
    cameras: () => now.cameras,
    stateOf: (cameraId) => now.states.get(cameraId) ?? recordingState,
    sensors: () => now.sensors,
  }
  return { now, sources }
}
