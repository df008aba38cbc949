import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { MeterRecorder } from './meter-recorder.ts'
import { meterRoutes } from './meter-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenMeter {
  readonly recorder: MeterRecorder
  readonly routes: (app: FastifyInstance) => void
}

/** What plugins meter, with the clock of a real host. */
export function openMeter({ knex, log }: Ports): OpenMeter {
  const recorder = new MeterRecorder({ knex, now: Date.now, log })
  recorder.start()
  return {
    recorder,
    routes: (app) => meterRoutes(app, { knex, meter: recorder, now: Date.now }),
  }
}
