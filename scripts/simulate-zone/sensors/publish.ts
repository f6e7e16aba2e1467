export function simulateSensors(_options: { url: string; storySpeed: number }, _signal: AbortSignal): Promise<void> {
  return Promise.resolve()
}
