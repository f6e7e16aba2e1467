import type { zhCnDevices } from './zh-cn-devices.ts'

export const enDevices = {
  devices: { title: 'Devices' },
  system: { title: 'System' },
} satisfies typeof zhCnDevices
