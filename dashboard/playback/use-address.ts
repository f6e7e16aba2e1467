import { effect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { type Millis, seconds, type UtcMs } from '../../gateway/domain/units.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { useGateway } from '../shell/gateway.ts'
import { readAddress, writeAddress } from './address.ts'
import type { Desk } from './desk.ts'

const soonMs: Millis = 400
/** While it plays, the moment in the address follows this often. */
const movingMs: Millis = seconds(5)

/** Keeps the page and its address at one. @returns the moment asked for last, for the form */
export function useAddress(desk: Desk, cameras: readonly Camera[]): UtcMs {
  const { router, nowUtcMs } = useGateway()
  const written = useRef('')
  const [wishUtcMs, setWishUtcMs] = useState(nowUtcMs.peek())
  const { path, query } = router.location.value
  const asked = `${path}?${query.toString()}`

  useEffect(() => {
    // What the page itself wrote is not a wish of the reader's.
    if (asked === written.current || path !== '/playback') return
    desk.open(
      readAddress(query),
      cameras.map((one) => one.id),
    )
  }, [asked])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = { key: '', atMs: 0 }
    const write = (): void => {
      const href = writeAddress(desk.address(), siteTimeZone.peek())
      written.current = `/playback?${new URLSearchParams(href.split('?')[1]).toString()}`
      router.navigate(href, { replace: true })
    }
    const leave = effect(() => {
      const { utcMs, ...rest } = desk.address()
      if (utcMs === null) return
      const key = JSON.stringify(rest)
      const isMoving = rest.playing && key === last.key
      if (isMoving && performance.now() - last.atMs < movingMs) return
      last = { key, atMs: performance.now() }
      clearTimeout(timer)
      timer = setTimeout(write, soonMs)
    })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [desk])

  // A moment that was jumped to, not each one that is played.
  useEffect(
    () =>
      desk.play.askedUtcMs.subscribe((utcMs) => {
        if (utcMs !== null) setWishUtcMs(utcMs)
      }),
    [desk],
  )
  return wishUtcMs
}
