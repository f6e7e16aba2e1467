import { useEffect, useRef } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { useGateway } from '../shell/gateway.ts'
import { type Previews, previewsOf } from './previews.ts'

/** The small pictures of the cameras shown; those of one that goes are let go. */
export function usePreviews(cameras: readonly Camera[]): (cameraId: string) => Previews | undefined {
  const { api } = useGateway()
  const made = useRef(new Map<string, Previews>())
  for (const { id } of cameras)
    if (!made.current.has(id)) made.current.set(id, previewsOf({ hrefOf: (utcMs) => api.previewHref(id, utcMs) }))
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
