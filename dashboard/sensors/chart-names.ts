import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'

interface Named {
  readonly sensor: Pick<Sensor, 'name'> & { readonly metrics: readonly unknown[] }
  readonly metric: Pick<Metric, 'name'>
}

/** `冷库温湿度 · 温度`; the only metric of a sensor that is called after it is named once. */
export const nameOf = ({ sensor, metric }: Named): string =>
  sensor.metrics.length === 1 && sensor.name.includes(metric.name) ? sensor.name : `${sensor.name} · ${metric.name}`
