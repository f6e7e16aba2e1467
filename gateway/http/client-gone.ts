import type { FastifyReply } from 'fastify'

/** Aborts when the client leaves before its answer is complete. */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}
