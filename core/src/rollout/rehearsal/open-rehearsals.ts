import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { RunGuest } from '../../broker/self-test.ts'
import type { State } from '../../host-state.ts'
import type { StopStack } from '../../stop-stack.ts'
import type { RolloutService } from '../rollout-service.ts'
import { rehearsalRoutes } from './rehearsal-routes.ts'
import { RehearsalService } from './rehearsal-service.ts'
import { scratchSelfTest } from './scratch-self-test.ts'

interface Ports extends Pick<State, 'knex' | 'verifier' | 'schemas' | 'bundles' | 'routing'> {
  readonly runGuest: RunGuest
  readonly rollouts: RolloutService
  readonly log: FastifyBaseLogger
}

/** Rehearsals with the parts of a real host: from now on no rollout starts before its own. */
export function openRehearsals(ports: Ports, stops: StopStack) {
  const { knex, verifier, schemas, bundles, routing, runGuest, rollouts, log } = ports
  const tested = {
    runGuest,
    schemas,
    loadBundle: (of: Parameters<typeof bundles.load>[0]) => bundles.load(of),
    snapshot: () => routing.snapshot,
  }
  const rehearsals = new RehearsalService({
    knex,
    read: (sha256, of) => verifier.file(sha256, of),
    databases: schemas.migrations,
    selfTest: (installation, scratch) => scratchSelfTest(tested, installation, scratch),
    log,
  })
  rollouts.rehearseWith(rehearsals)
  rehearsals.start()
  stops.push(() => rehearsals.stop())
  return { routes: (app: FastifyInstance) => rehearsalRoutes(app, rehearsals) }
}
