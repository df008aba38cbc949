import type { FastifyInstance } from 'fastify'
import type { StopStack } from '../stop-stack.ts'
import { openLaterSteps } from './later-steps/open-later-steps.ts'
import { openRehearsals } from './rehearsal/open-rehearsals.ts'

/** What is done about the tables of a version: tried before its rollout starts, filled and cleared after it. */
export function openMigrations(ports: Parameters<typeof openRehearsals>[0], stops: StopStack) {
  const laterSteps = openLaterSteps(ports, stops)
  const rehearsals = openRehearsals(ports, stops)
  return {
    routes: (app: FastifyInstance) => {
      rehearsals.routes(app)
      laterSteps.routes(app)
    },
  }
}
