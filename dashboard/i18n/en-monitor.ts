import type { zhCnMonitor } from './zh-cn-monitor.ts'

export const enMonitor = {
  sensors: { title: 'Sensors' },
  alerts: { title: 'Alerts' },
} satisfies typeof zhCnMonitor
