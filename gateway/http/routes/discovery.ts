import { z } from 'zod'
import { Id } from '../../contract/common.ts'
import { Discovery } from '../../contract/lists.ts'
import { CandidateId, IgnoreCandidates, RuleProposals } from '../../contract/sensor.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'

const RulesQuery = z.object({ candidateId: CandidateId, areaId: Id })

export function discoveryRoutes(app: App, { discovery, audit }: Pick<HttpParts, 'discovery' | 'audit'>): void {
  const tags = ['discovery']
  const found = async () => ({ cameras: await discovery.cameras(), sensors: await discovery.sensors() })

  app.get(
    '/api/discovery',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Cameras and sensors that were heard of', response: { 200: Discovery } },
    },
    found,
  )
  app.post(
    '/api/discovery/scan',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Look for cameras now', response: { 200: Discovery } },
    },
    async () => {
      await discovery.scan()
      return await found()
    },
  )
  app.post(
    '/api/discovery/ignore',
    {
      config: { permission: 'configure', audit: 'sensor.ignore' },
      schema: {
        tags,
        summary: 'Ignore sensors that were heard of, or take that back',
        body: IgnoreCandidates,
        response: { 200: Discovery },
      },
    },
    async (request) => {
      const { candidateIds, ignored } = request.body
      const what = { object: candidateIds.join(' ').slice(0, 500), facts: { candidateIds, ignored } }
      await audited(audit, request, what, () => discovery.ignore(candidateIds, ignored))
      return await found()
    },
  )
  app.get(
    '/api/discovery/rules',
    {
      config: { permission: 'configure' },
      schema: {
        tags,
        summary: 'Rules that fit a sensor that was heard of, in an area',
        querystring: RulesQuery,
        response: { 200: RuleProposals },
      },
    },
    async ({ query }) => ({ rules: await discovery.rules(query.candidateId, query.areaId) }),
  )
}
