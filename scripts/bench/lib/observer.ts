import { rtpTap, type Tap } from './rtp-tap.ts'

/** What really came from a camera, and when: heard on the wire, by nobody who is a part of the gateway. */
export interface Observer {
  /** Of each connection: what the camera sends over it. */
  listen(): Tap
  /** When a picture came; undefined when it never did. @param nearUtcMs of several equal ones, the one nearest to it */
  arrivalOf(picture: string, nearUtcMs: number): number | undefined
  /** Pictures that came between, in order. */
  between(fromUtcMs: number, toUtcMs: number): readonly { readonly picture: string; readonly utcMs: number }[]
}

/** @param now the clock that the gateway goes by */
export function observer(codec: 'h264' | 'h265', now: () => number = Date.now): Observer {
  const seen: { picture: string; utcMs: number }[] = []
  const arrivals = new Map<string, number[]>()
  return {
    listen: () =>
      rtpTap(codec, (picture) => {
        const utcMs = now()
        seen.push({ picture, utcMs })
        arrivals.set(picture, [...(arrivals.get(picture) ?? []), utcMs])
      }),
    arrivalOf(picture, nearUtcMs) {
      const times = arrivals.get(picture) ?? []
      return times.toSorted((a, b) => Math.abs(a - nearUtcMs) - Math.abs(b - nearUtcMs))[0]
    },
    between: (fromUtcMs, toUtcMs) => seen.filter(({ utcMs }) => utcMs >= fromUtcMs && utcMs < toUtcMs),
  }
}
