import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** One number at the moment of asking; `labels` tell several of one name apart. */
export interface Sample {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}
export interface Measure {
  /** Without the prefix `zone_gateway_`; ends in its unit, or in `_total` when it only grows. */
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
  readonly read: () => readonly Sample[]
}

/** The text of /metrics: our own measures, and those of the process. */
export function prometheusText(measures: readonly Measure[]): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'zone_gateway_' })
  for (const { name, help, labelNames = [], read } of measures)
    registry.registerMetric(
      new Gauge({
        name: `zone_gateway_${name}`,
        help,
        labelNames: [...labelNames],
        registers: [],
        collect() {
          this.reset()
          for (const { value, labels = {} } of read()) this.set(labels, value)
        },
      }),
    )
  return () => registry.metrics()
}
