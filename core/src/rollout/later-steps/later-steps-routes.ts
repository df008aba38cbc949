import type { FastifyInstance } from 'fastify'
import type { LedgerEntry } from '../../broker/db/ledger.ts'
import { pluginNameSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { LaterStepsService } from './later-steps-service.ts'

interface Ports {
  readonly laterSteps: LaterStepsService
  readonly ledger: (plugin: string) => Promise<readonly LedgerEntry[]>
}

/** What became of a plugin's migrations: the operator's, as it names tenants that hold a contract up. */
export function laterStepsRoutes(app: FastifyInstance, { laterSteps, ledger }: Ports): void {
  app.get<{ Params: { name: string } }>(
    '/v1/plugins/:name/migrations',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['plugins'],
        summary: 'What of a plugin’s migrations ran, and what waits for what',
        params: strictObject({ name: pluginNameSchema }, ['name']),
      },
    },
    async (request) => {
      const { name } = request.params
      const done = (await ledger(name)).map((entry) => {
        return { step: entry.name, version: entry.version, checksum: entry.checksum }
      })
      return { plugin: name, done, waiting: await laterSteps.waiting(name) }
    },
  )
}
