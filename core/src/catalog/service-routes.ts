import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { consumerRoutes } from './consumer-routes.ts'
import { documentRoutes } from './documents/document-routes.ts'
import { expectationRoutes } from './expectations/expectation-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
  /** What this node has counted and not written yet. */
  readonly usage: { flush(): Promise<void> }
  readonly now: () => number
}

/** What services promise, to tools, and who relies on what of it. */
export function serviceRoutes(app: FastifyInstance, { knex, contents, usage, now }: Ports): void {
  consumerRoutes(app, { knex, usage, now })
  documentRoutes(app, { knex, contents, now })
  expectationRoutes(app, { knex })
}
