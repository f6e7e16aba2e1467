import type { GapReason } from '../domain/words.ts'

/** The reason of a gap, in Chinese and English, for what leaves the gateway as a file. The dashboard says the same: a test compares them. */
export const gapWords: Readonly<Record<GapReason, readonly [zh: string, en: string]>> = {
  connecting: ['正在首次连接', 'Connecting for the first time'],
  'camera-lost': ['连接中断', 'Connection lost'],
  'camera-unreachable': ['摄像头拒绝连接', 'Camera refuses the connection'],
  'no-route': ['网络不通', 'No way through the network'],
  'camera-timeout': ['摄像头无应答', 'Camera does not answer'],
  'stream-not-found': ['摄像头没有这路码流', 'Camera has no such stream'],
  'camera-denied': ['用户名或密码不对', 'Wrong user or password'],
  'no-keyframe': ['收不到关键帧', 'No keyframe arrives'],
  stalled: ['已连接但没有画面', 'Connected, but no picture'],
  'unsupported-codec': ['编码不支持', 'Codec not supported'],
  'gateway-stopped': ['网关曾停机', 'Gateway was stopped'],
  'gateway-crashed': ['网关曾异常退出', 'Gateway ended without warning'],
  'disk-full': ['磁盘已满', 'Disk full'],
  'disk-away': ['录像盘不在', 'Recording disk is missing'],
  disabled: ['已人工停用', 'Disabled by an operator'],
  'clock-step': ['时钟跳变', 'Clock jumped'],
  'parameters-changed': ['视频参数改变', 'Video parameters changed'],
  overload: ['网关过载', 'Gateway overloaded'],
  'footage-missing': ['录像文件缺失', 'Footage file is missing'],
  purged: ['空间不足，已提前删除', 'Removed early for want of space'],
  'index-lost': ['索引曾丢失，原因不明', 'The index was lost; the reason is not known'],
}
