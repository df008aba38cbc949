import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { HostKeys } from '../sealing/host-keys.ts'
import { HostSigner } from '../sealing/host-signer.ts'
import type { StopStack } from '../stop-stack.ts'
import { AuditRetention } from './audit-retention.ts'
import { auditRoutes } from './audit-routes.ts'
import { Sequencer } from './sequencer.ts'

interface Ports {
  readonly knex: Knex
  readonly hostKeys: HostKeys
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
export function openAudit({ knex, hostKeys, log }: Ports, stops: StopStack): OpenAudit {
  const signer = new HostSigner({ knex, hostKeys })
  const ports = { knex, signer, now: Date.now, log }
  const sequencer = new Sequencer(ports)
  const retention = new AuditRetention(ports)
  for (const job of [sequencer, retention]) {
    job.start()
    stops.push(() => job.stop())
  }
  return { signer, routes: (app) => auditRoutes(app, { knex, signer }) }
}
