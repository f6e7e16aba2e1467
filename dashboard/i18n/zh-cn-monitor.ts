/** Sensors and alerts. */
export const zhCnMonitor = {
  sensors: { title: '传感器' },
  alerts: { title: '告警' },
}
