import { useEffect, useRef } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Track } from './lane-data.ts'
import { type Previews, previewsOf } from './previews.ts'
import { spanAt } from './spans.ts'

/** The small pictures of the cameras shown; those of one that goes are let go. */
export function usePreviews(
  cameras: readonly Camera[],
  tracks: readonly Track[] | null,
): (cameraId: string) => Previews | undefined {
  const { api } = useGateway()
  const made = useRef(new Map<string, Previews>())
  const latest = useRef(tracks)
  latest.current = tracks
  for (const { id } of cameras) {
    if (made.current.has(id)) continue
    const has = (utcMs: UtcMs): boolean => {
      const track = latest.current?.find(({ camera }) => camera.id === id)
      return track !== undefined && spanAt(track.spans, utcMs)?.kind === 'recorded'
    }
    made.current.set(id, previewsOf({ hrefOf: (utcMs) => api.previewHref(id, utcMs), has }))
  }
  const ids = cameras.map((one) => one.id)
  useEffect(() => {
    for (const [id, previews] of made.current) {
      if (ids.includes(id)) continue
      previews.close()
      made.current.delete(id)
    }
  }, [ids.join(',')])
  useEffect(
    () => () => {
      for (const previews of made.current.values()) previews.close()
    },
    [],
  )
  return (cameraId) => made.current.get(cameraId)
}
