import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { App } from '../app.ts'
import { OneId } from './params.ts'

const needsUpgrade = (): never => {
  throw new Failure('invalid', 'upgrade-required', 'this address speaks WebSocket only')
}

const Upgraded = z.null().describe('the connection is a WebSocket from here on')

/** The sockets as the API description shows them, and the answer to whoever asks for them by plain HTTP. See ../sockets.ts. */
export function socketRoutes(app: App): void {
  const tags = ['sockets']
  app.get(
    '/api/feed',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'WebSocket: a snapshot, then changes; resumes with ?after=<seq>',
        description: 'Messages are described in gateway/contract/feed.ts.',
        querystring: z.object({ after: z.string().optional().describe('The last number that was heard.') }),
        response: { 101: Upgraded },
      },
    },
    needsUpgrade,
  )
  app.get(
    '/api/live/:id',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'WebSocket: the live picture of a camera',
        description:
          'Text frames are described in gateway/contract/live.ts, binary ones in gateway/domain/live-frame.ts.',
        params: OneId,
        response: { 101: Upgraded },
      },
    },
    needsUpgrade,
  )
}
