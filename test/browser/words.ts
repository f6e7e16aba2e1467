import type { Language } from './eyes.ts'

/** What the page must say, written out here: a dictionary that changes has to be changed knowingly. */
export interface Words {
  readonly mainIsH265: string
  readonly deniedCamera: string
  readonly doorOpen: string
  readonly acknowledge: string
  readonly acknowledgedBy: RegExp
  readonly connectionLost: RegExp
  readonly gatewayStopped: string
  readonly jumped: RegExp
  readonly h265Recording: RegExp
  readonly markIn: string
  readonly markOut: string
  readonly toDownload: string
  readonly download: string
  readonly expired: string
  readonly cameraOffline: string
}

export const words: Record<Language, Words> = {
  'zh-CN': {
    mainIsH265: '主码流为 H.265，改用子码流',
    deniedCamera: '用户名或密码不对',
    doorOpen: '开',
    acknowledge: '确认',
    acknowledgedBy: /值班室 于 .* 确认/,
    connectionLost: /与网关断开：自 .* 起/,
    gatewayStopped: '网关曾停机',
    jumped: /无录像（网关曾停机），已跳到其后/,
    h265Recording: /此浏览器不能播放该编码/,
    markIn: '标入 I',
    markOut: '标出 O',
    toDownload: '下载 E',
    download: '下载 MP4',
    expired: '登录已过期，请重新登录。',
    cameraOffline: '摄像头离线：秋实卤味坊 · 卤制间',
  },
  en: {
    mainIsH265: 'Main stream is H.265, showing sub',
    deniedCamera: 'Wrong user or password',
    doorOpen: 'Open',
    acknowledge: 'Acknowledge',
    acknowledgedBy: /Acknowledged by 值班室, /,
    connectionLost: /Connection to the gateway lost since/,
    gatewayStopped: 'Gateway was stopped',
    jumped: /No recording from .* \(Gateway was stopped\); went on after it/,
    h265Recording: /This browser cannot play this codec/,
    markIn: 'Mark in (I)',
    markOut: 'Mark out (O)',
    toDownload: 'Download (E)',
    download: 'Download MP4',
    expired: 'Your session ended. Please log in again.',
    cameraOffline: 'Camera offline: 秋实卤味坊 · 卤制间',
  },
}
