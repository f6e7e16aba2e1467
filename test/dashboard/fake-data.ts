import type { Account, AuditEntry } from '../../gateway/contract/access.ts'
import type { Alert, Rule } from '../../gateway/contract/alert.ts'
import type { Camera, CameraCandidate, CameraState } from '../../gateway/contract/camera.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import type { AreaKind, GapReason } from '../../gateway/domain/words.ts'

/** A plausible zone for looking at pages: ten workshops, sixteen cameras, forty sensors. Everything hangs on `now`. */
export const makers = [
  '玉板线面',
  '晨露线面',
  '福安手工面',
  '清流豆腐皮',
  '嵩溪豆制品',
  '旺泉腐竹',
  '长校豆干',
  '桂香糕点',
  '高地酱菜',
  '洋口米粉',
]

const area = (id: string, name: string, kind: AreaKind) => ({ id, name, kind })

export const zone: Zone = {
  id: 'demo',
  name: '清流豆腐皮加工区',
  timeZone: 'Asia/Shanghai',
  sites: [
    {
      id: 'north',
      name: '嵩溪集中加工点',
      areas: [
        area('lab', '检验室', 'lab'),
        area('gate', '大门', 'gate'),
        area('road', '装卸道路', 'road'),
        area('waste', '废物暂存点', 'waste'),
        area('outfall', '污水排放口', 'outfall'),
        area('dorm', '员工宿舍', 'living'),
      ],
      workshops: makers.map((name, index) => {
        const id = `w${String(index + 1).padStart(2, '0')}`
        return {
          id,
          name,
          product: index < 3 ? '线面' : '豆制品',
          licence: { businessLicence: null, permit: null, permitUntil: null },
          areas: [
            area(`${id}-raw`, '原料间', 'raw'),
            area(`${id}-process`, '加工间', 'process'),
            area(`${id}-cold`, '冷库', 'store'),
            area(`${id}-change`, '更衣室', 'changing'),
          ],
        }
      }),
    },
  ],
}

const state = (now: number, status: CameraState['status'], reason: GapReason | null): CameraState => ({
  status,
  reason,
  detail: null,
  sinceUtcMs: now - 3_720_000,
  nextTryUtcMs: status === 'offline' ? now + 24_000 : null,
  lastFrameUtcMs: now - 40,
  fps: status === 'recording' ? 15 : null,
  kbps: status === 'recording' ? 1_482.4 : null,
})

export function camerasAt(now: number): Camera[] {
  const places = [
    ...makers.flatMap((_, index) => [`w${String(index + 1).padStart(2, '0')}-process`]),
    'w01-cold',
    'lab',
    'gate',
    'road',
    'waste',
    'outfall',
  ]
  return places.map((areaId, index) => {
    const odd: Record<number, CameraState> = {
      3: state(now, 'offline', 'camera-denied'),
      8: state(now, 'offline', 'camera-lost'),
      14: state(now, 'connecting', 'connecting'),
      15: state(now, 'disabled', 'disabled'),
    }
    return {
      id: `cam-${index + 1}`,
      name: `${index < 10 ? makers[index] : '公共'} ${index + 1} 号机`,
      areaId,
      purpose: '食品安全监管',
      address: `http://10.0.8.${20 + index}/onvif/device_service`,
      kind: 'onvif',
      endpoint: `urn:uuid:${index}`,
      user: 'admin',
      enabled: index !== 15,
      device: {
        manufacturer: 'Demo',
        model: index % 3 === 0 ? 'DS-2CD' : 'IPC-4',
        firmware: '5.7',
        serial: String(index),
      },
      main: { codec: index === 5 ? 'H265' : 'H264', widthPx: 1_920, heightPx: 1_080, fps: 15, kbps: 1_500 },
      sub: { codec: 'H264', widthPx: 640, heightPx: 360, fps: 15, kbps: 400 },
      third: null,
      ptz: index === 12,
      privacy: false,
      clockOffsetMs: index === 6 ? 420_000 : index === 9 ? -4_200 : index === 14 ? null : 180,
      addedUtcMs: now - 40 * 86_400_000,
      retentionDays: null,
      retentionBasis: null,
      disk: null,
      hours: null,
      state: odd[index] ?? state(now, 'recording', null),
    }
  })
}

export const foundCameras = (now: number): CameraCandidate[] => [
  {
    endpoint: 'urn:uuid:new-1',
    address: 'http://10.0.8.61/onvif/device_service',
    name: '新装 枪机',
    hardware: 'IPC-4',
    location: '福建 清流',
    firstSeenUtcMs: now - 600_000,
    lastSeenUtcMs: now - 12_000,
    cameraId: null,
  },
  {
    endpoint: 'urn:uuid:new-2',
    address: 'http://10.0.8.62/onvif/device_service',
    name: null,
    hardware: null,
    location: null,
    firstSeenUtcMs: now - 600_000,
    lastSeenUtcMs: now - 12_000,
    cameraId: null,
  },
]

const rule = (id: string, name: string, sensorId: string, threshold: number, enabled: boolean): Rule => ({
  id,
  name,
  sensorId,
  metric: 'temp',
  condition: 'above',
  threshold,
  forMs: 600_000,
  hysteresis: 0.5,
  severity: threshold > 6 ? 'critical' : 'warning',
  enabled,
})

export const rules: Rule[] = [
  rule('r1', '冷库温度过高', 'w07-cold-th', 5, true),
  rule('r2', '冷库温度严重过高', 'w07-cold-th', 8, true),
  { ...rule('r3', '用电传感器无读数', 'w05-power', 0, true), metric: 'power', condition: 'silent' },
  rule('r4', '留样冰箱过热', 'lab-fridge', 6, false),
]

export function alertsAt(now: number): Alert[] {
  const one = (id: string, rule: Rule, minutesAgo: number, areaId: string): Alert => ({
    id,
    ruleId: rule.id,
    code: 'rule',
    name: rule.name,
    severity: rule.severity,
    sensorId: rule.sensorId,
    cameraId: null,
    areaId,
    metric: rule.metric,
    unit: rule.metric === 'temp' ? '°C' : 'kW',
    threshold: rule.threshold,
    condition: rule.condition,
    value: rule.condition === 'silent' ? null : rule.threshold + 0.4,
    worstValue: rule.condition === 'silent' ? null : rule.threshold + 0.9,
    raisedUtcMs: now - minutesAgo * 60_000,
    clearedUtcMs: null,
    acknowledgedUtcMs: null,
    acknowledgedBy: null,
    note: null,
  })
  const [warm, hot, silent] = rules as [Rule, Rule, Rule]
  const camera = {
    ...one('a4', silent, 62, 'w09-process'),
    ruleId: null,
    sensorId: null,
    cameraId: 'cam-9',
    metric: null,
    condition: null,
    name: '摄像头离线',
    threshold: null,
    unit: null,
  }
  const seen = { acknowledgedUtcMs: now - 300_000, acknowledgedBy: '张敏', note: '已通知作坊关闭冷库门' }
  return [
    one('a1', hot, 12, 'w07-cold'),
    { ...one('a2', warm, 31, 'w07-cold'), ...seen },
    one('a3', silent, 25, 'w05-process'),
    camera,
    { ...one('a0', warm, 1_700, 'w07-cold'), ...seen, clearedUtcMs: now - 98_000_000 },
  ]
}

export const accountsAt = (now: number): Account[] => [
  {
    id: 'u1',
    user: 'admin',
    name: '管理员',
    role: 'admin',
    areaIds: null,
    disabled: false,
    createdUtcMs: now - 9_000_000_000,
  },
  {
    id: 'u2',
    user: 'zhangmin',
    name: '张敏',
    role: 'office',
    areaIds: null,
    disabled: false,
    createdUtcMs: now - 8_000_000_000,
  },
  {
    id: 'u3',
    user: 'jianguan',
    name: '市场监管所',
    role: 'regulator',
    areaIds: null,
    disabled: false,
    createdUtcMs: now - 7_000_000_000,
  },
  {
    id: 'u4',
    user: 'yunwei',
    name: '老运维',
    role: 'ops',
    areaIds: null,
    disabled: true,
    createdUtcMs: now - 6_000_000_000,
  },
]

export function auditAt(now: number): AuditEntry[] {
  const one = (id: number, entry: Partial<AuditEntry>): AuditEntry => ({
    id,
    utcMs: now - (40 - id) * 400_000,
    user: 'zhangmin',
    role: 'office',
    action: 'session.login',
    object: null,
    outcome: 'done',
    facts: { with: 'password' },
    address: '10.0.8.4',
    ...entry,
  })
  return [
    one(5, {
      action: 'footage.play',
      object: 'cam-7',
      facts: { fromUtcMs: now - 7_200_000, toUtcMs: now - 3_600_000 },
    }),
    one(4, { action: 'alert.acknowledge', object: 'a2', facts: { note: '已通知作坊关闭冷库门' } }),
    one(3, { user: 'admin', role: 'admin', action: 'camera.change', object: 'cam-4', facts: { fields: ['password'] } }),
    one(2, { user: 'nobody', role: null, outcome: 'refused', facts: { with: 'password', code: 'login-refused' } }),
    one(1, {}),
  ]
}
