/** How many cameras are shown side by side at most. */
export const mostCameras = 4

/** Forward; sixteen is the most a browser plays. */
export const speeds = [0.5, 1, 2, 4, 8, 16] as const

/** The next key press on L: from standing or backward to 1, then faster. */
export const faster = (speed: number): number =>
  speed < 1 ? 1 : (speeds.find((one) => one > speed) ?? speeds[speeds.length - 1] ?? speed)

const mostBack = -8
/** The next key press on J: backward, then faster backward. */
export const fasterBack = (speed: number): number => (speed >= 0 ? -1 : Math.max(mostBack, speed * 2))
