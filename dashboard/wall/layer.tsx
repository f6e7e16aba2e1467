import { useEffect, useRef } from 'preact/hooks'
import type { StreamName } from '../../gateway/contract/camera.ts'
import { play } from '../live/play.ts'
import type { PlayState } from '../live/play-state.ts'
import { useGateway } from '../shell/gateway.ts'

interface LayerProps {
  readonly cameraId: string
  readonly prefer: StreamName | undefined
  readonly size: () => { widthPx: number; heightPx: number }
  /** The layer on top; the other one gets ready below it. */
  readonly shown: boolean
  readonly say: (state: PlayState) => void
}

/** One playing picture. It plays as long as it is in the document. */
export function Layer({ cameraId, prefer, size, shown, say }: LayerProps) {
  const { connection, clockOffsetMs } = useGateway()
  const video = useRef<HTMLVideoElement>(null)
  const latest = useRef({ size, say })
  latest.current = { size, say }
  useEffect(() => {
    const element = video.current
    if (element === null) return undefined
    const leaving = new AbortController()
    play(
      element,
      {
        cameraId,
        prefer,
        size: () => latest.current.size(),
        serverOffsetMs: () => (connection.peek().kind === 'connecting' ? null : clockOffsetMs.peek()),
        say: (state) => latest.current.say(state),
      },
      leaving.signal,
    ).catch((cause: unknown) => console.error('the live player ended', cause))
    return () => leaving.abort()
  }, [cameraId, prefer])
  return (
    <div class={shown ? 'layer layer-shown' : 'layer'}>
      <video ref={video} class="layer-video" muted playsInline aria-hidden="true" tabIndex={-1} />
    </div>
  )
}
