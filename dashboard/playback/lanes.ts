/** A lane of the timeline, in CSS pixels from its top. */
export interface Lane {
  readonly kind: 'camera' | 'alerts' | 'reading'
  /** Camera id, or `sensor:metric`; of the alerts: `alerts`. */
  readonly key: string
  readonly top: number
  readonly heightPx: number
}

export interface Layout {
  readonly lanes: readonly Lane[]
  readonly heightPx: number
}

export const axisPx = 28
const heights: Record<Lane['kind'], number> = { camera: 38, alerts: 28, reading: 54 }
const betweenPx = 4

/** Lanes under the axis: cameras, alerts, readings. */
export function layoutOf(cameraIds: readonly string[], readings: readonly string[]): Layout {
  const wanted: readonly (readonly [Lane['kind'], string])[] = [
    ...cameraIds.map((id) => ['camera', id] as const),
    ['alerts', 'alerts'],
    ...readings.map((key) => ['reading', key] as const),
  ]
  let top = axisPx
  const lanes = wanted.map(([kind, key]) => {
    const lane = { kind, key, top, heightPx: heights[kind] }
    top += lane.heightPx + betweenPx
    return lane
  })
  return { lanes, heightPx: top }
}

/** The lane under a point; undefined on the axis. */
export const laneAt = ({ lanes }: Layout, y: number): Lane | undefined =>
  lanes.find((lane) => y >= lane.top && y < lane.top + lane.heightPx + betweenPx)
