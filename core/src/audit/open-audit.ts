import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { HostKeys } from '../sealing/host-keys.ts'
import { HostSigner } from '../sealing/host-signer.ts'
import type { StopStack } from '../stop-stack.ts'
import { type DueWatch, dueWhere } from '../storage/due-watch.ts'
import { AuditRetention } from './audit-retention.ts'
import { auditRoutes } from './audit-routes.ts'
import { Sequencer } from './sequencer.ts'

interface Ports {
  readonly knex: Knex
  readonly hostKeys: HostKeys
  readonly due: Pick<DueWatch, 'when'>
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

export interface OpenAudit {
  readonly signer: HostSigner
  readonly routes: (app: FastifyInstance) => void
}

/** What numbers, signs, shows and removes audit entries, with the clock of a real host. */
export function openAudit({ knex, hostKeys, due, log }: Ports, stops: StopStack): OpenAudit {
  const signer = new HostSigner({ knex, hostKeys })
  const ports = { knex, signer, now: Date.now, log }
  const wakes = due.when(dueWhere('exists (select from audit_unsealed)'))
  const sequencer = new Sequencer({ ...ports, wakes })
  const retention = new AuditRetention(ports)
  for (const job of [sequencer, retention]) {
    job.start()
    stops.push(() => job.stop())
  }
  return { signer, routes: (app) => auditRoutes(app, { knex, signer }) }
}
