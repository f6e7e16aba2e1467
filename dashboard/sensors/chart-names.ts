import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'

/** `冷库温湿度 · 温度`; a metric that is called as its sensor is named once. */
export const nameOf = ({ sensor, metric }: { sensor: Pick<Sensor, 'name'>; metric: Pick<Metric, 'name'> }): string =>
  sensor.name.includes(metric.name) ? sensor.name : `${sensor.name} · ${metric.name}`
