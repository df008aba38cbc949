import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { State } from '../../host-state.ts'
import type { StopStack } from '../../stop-stack.ts'
import { ROLLBACK_WINDOW_MS } from '../rollout-facts.ts'
import { laterStepsRoutes } from './later-steps-routes.ts'
import { LaterStepsService } from './later-steps-service.ts'

interface Ports extends Pick<State, 'knex' | 'verifier' | 'schemas' | 'routing'> {
  readonly log: FastifyBaseLogger
}

/** Backfills and contracts with the clock and the parts of a real host. */
export function openLaterSteps({ knex, verifier, schemas, routing, log }: Ports, stops: StopStack) {
  const { migrations } = schemas
  const laterSteps = new LaterStepsService({
    knex,
    read: (sha256, of) => verifier.file(sha256, of),
    databases: migrations,
    windowMs: ROLLBACK_WINDOW_MS,
    now: () => routing.now(),
    log,
  })
  laterSteps.start()
  stops.push(() => laterSteps.stop())
  const ledger = (plugin: string) => migrations.ledger(plugin)
  return { routes: (app: FastifyInstance) => laterStepsRoutes(app, { laterSteps, ledger }) }
}
