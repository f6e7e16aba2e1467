import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { playTile } from '../live/play.ts'
import { firstState } from '../live/play-state.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Board } from './board.ts'

interface TilePlayerOptions {
  readonly board: Board
  readonly cameraId: string
  /** Null: nothing is played, and no socket is opened. */
  readonly host: RefObject<HTMLElement | null>
  readonly plays: boolean
  /** Shown large: the main stream, whatever the size says while the tile is still growing. */
  readonly large: boolean
  readonly together: boolean
}

/** Plays a camera in `host` as long as it is drawn and `plays`. What changes while it plays is asked for by the player. */
export function useTilePlayer({ board, cameraId, host, plays, large, together }: TilePlayerOptions): void {
  const { connection, clockOffsetMs } = useGateway()
  const latest = useRef({ large, together })
  latest.current = { large, together }
  useEffect(() => {
    const element = host.current
    if (element === null || !plays) return undefined
    const seat = board.seat(cameraId)
    const leaving = new AbortController()
    // The last size that was one: a tile that is hidden has none.
    let sizePx = { widthPx: 0, heightPx: 0 }
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect
      if (box === undefined || box.width === 0) return
      sizePx = {
        widthPx: Math.round(box.width * devicePixelRatio),
        heightPx: Math.round(box.height * devicePixelRatio),
      }
    })
    observer.observe(element)
    const box = element.getBoundingClientRect()
    sizePx = { widthPx: Math.round(box.width * devicePixelRatio), heightPx: Math.round(box.height * devicePixelRatio) }
    const player = playTile(
      element,
      {
        cameraId,
        size: () => sizePx,
        wants: () => (latest.current.large ? 'main' : 'auto'),
        mayMain: () => latest.current.large || board.mains.peek().has(cameraId),
        together: () => (latest.current.together ? board.together : null),
        gate: board.gate,
        serverOffsetMs: () => (connection.peek().kind === 'connecting' ? null : clockOffsetMs.peek()),
        say: (state) => {
          seat.state.value = state
        },
      },
      leaving.signal,
    )
    seat.details = () => player.details()
    player.ended.catch((cause: unknown) => console.error('the live player ended', cause))
    return () => {
      leaving.abort()
      observer.disconnect()
      seat.details = () => null
      seat.state.value = firstState
    }
  }, [cameraId, plays])
}
