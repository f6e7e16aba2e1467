import type { SceneName } from './video/scenes.ts'

/** One camera of the demo zone: what it says about itself and what is odd about it. */
export interface CameraSpec {
  readonly id: string
  /** What stands in the picture and in the discovery scopes. */
  readonly name: string
  readonly place: string
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
  readonly scene: SceneName
  readonly codec: 'h264' | 'h265'
  readonly bFrames: boolean
  /** Offers one more H.264 profile, between main and sub. */
  readonly third: boolean
  readonly gopSeconds: number
  readonly ptz: boolean
  /** How far the camera's own clock is from the truth; negative is slow. */
  readonly clockOffsetMs: number
  /** Ends each RTSP connection after this long. */
  readonly dropEveryMs: number | null
  /** Sends one still picture for `forMs` after each `afterMs` of good video. */
  readonly freeze: { readonly afterMs: number; readonly forMs: number } | null
  readonly user: string
  readonly password: string
}

export const demoUser = 'admin'
export const demoPassword = 'zone-demo-2026'

type Written = Pick<CameraSpec, 'name' | 'place' | 'manufacturer' | 'model' | 'scene'> & Partial<CameraSpec>

const haikan = { manufacturer: 'Haikan', model: 'HK-IPC-T243-LI' }
const dahe = { manufacturer: 'Dahe', model: 'DHE-HFW2449S-IL' }
const unitek = { manufacturer: 'Unitek Vision', model: 'IPC2124LE-ADF28' }

const written: readonly Written[] = [
  { name: '园区大门', place: 'A区 大门', ...haikan, scene: 'gate' },
  { name: '装卸道路', place: 'A区 道路', manufacturer: 'Haikan', model: 'HK-PTZ-4225I', scene: 'road', ptz: true },
  { name: 'A区走廊', place: 'A区 走廊', ...unitek, scene: 'corridor' },
  { name: '检验室', place: 'A区 检验室', ...dahe, scene: 'lab' },
  { name: '污水排放口', place: 'B区 排放口', ...haikan, scene: 'outfall' },
  { name: '垃圾暂存间', place: 'B区 垃圾暂存间', ...unitek, scene: 'waste' },
  { name: '晨挂线面坊 · 晾面厅', place: '线面一坊', ...haikan, scene: 'noodles' },
  {
    name: '穗丰线面坊 · 烘干房',
    place: '线面二坊',
    manufacturer: 'Dahe',
    model: 'DHE-HDBW3449H-Z',
    scene: 'drying',
    codec: 'h265',
    third: true,
  },
  { name: '银丝线面坊 · 包装间', place: '线面三坊', ...dahe, scene: 'packing', bFrames: true, gopSeconds: 2 },
  { name: '白溪米粉坊 · 冷却间', place: '米粉坊', ...unitek, scene: 'cooling', clockOffsetMs: -7 * 60_000 },
  { name: '桂香糕点坊 · 烘烤间', place: '糕点坊', ...haikan, scene: 'oven', dropEveryMs: 60_000 },
  { name: '清源豆腐皮坊 · 煮浆间', place: '豆腐皮一坊', ...dahe, scene: 'boiler' },
  {
    name: '石磨豆腐皮坊 · 挑皮间',
    place: '豆腐皮二坊',
    ...haikan,
    scene: 'skins',
    freeze: { afterMs: 180_000, forMs: 300_000 },
  },
  { name: '玉板豆腐坊 · 冷库', place: '豆腐坊', ...unitek, scene: 'coldStore' },
  { name: '翠坛酱腌菜坊 · 腌制间', place: '酱腌菜坊', ...dahe, scene: 'jars' },
  { name: '秋实卤味坊 · 卤制间', place: '卤味坊', ...haikan, scene: 'kettles', password: 'changed-by-owner' },
]

/** All 16, in the order of their ports. */
export const demoCameras: readonly CameraSpec[] = written.map((camera, index) => ({
  id: `c${String(index + 1).padStart(2, '0')}`,
  firmware: `V5.${index % 4}.${20 + index}`,
  codec: 'h264',
  bFrames: false,
  third: false,
  gopSeconds: 1,
  ptz: false,
  clockOffsetMs: 0,
  dropEveryMs: null,
  freeze: null,
  user: demoUser,
  password: demoPassword,
  ...camera,
}))

/** Stable identity that WS-Discovery and GetEndpointReference tell, e.g. `urn:uuid:5a6f6e65-0000-4000-8000-000000000001`. */
export const endpointOf = (camera: CameraSpec): string =>
  `urn:uuid:5a6f6e65-6761-4765-8001-${camera.id.slice(1).padStart(12, '0')}`

/** What the camera believes the time is. */
export const cameraNowMs = (camera: CameraSpec): number => Date.now() + camera.clockOffsetMs
