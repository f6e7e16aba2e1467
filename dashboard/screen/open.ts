import { toProblem } from '../api/request.ts'
import type { Router } from '../shell/router.ts'

/** From a click: the wall alone on the whole screen. Where full screen is refused, at least the whole window. */
export function openBigScreen(router: Router): void {
  document.documentElement
    .requestFullscreen()
    .catch((thrown: unknown) => console.warn('full screen was refused', toProblem(thrown).message))
  router.navigate('/screen')
}
