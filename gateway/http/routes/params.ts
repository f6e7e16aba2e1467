import { z } from 'zod'
import { Id } from '../../contract/common.ts'

/** The id in `/api/<noun>/:id`. */
export const OneId = z.object({ id: Id })
/** Of an answer without a body. */
export const NoContent = z.null().describe('done')

/** An answer that is no JSON, as the API description shows it. */
export const fileOf = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.unknown().meta({ type: 'string', format: 'binary' }) } },
})
