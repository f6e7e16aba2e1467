import { defineConfig } from 'vitest/config'

// Real brokers, databases, ffmpeg and browsers run in these tests: on two cores one file at a time is the fastest honest order.
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
})
