import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import { referencePage } from './reference/reference-page.ts'

interface Ports {
  readonly metrics: Metrics
  /** What keeps this node from serving; empty: it is ready. Bounded in time by the caller. */
  readonly obstacles: () => Promise<readonly string[]>
}

const config = { action: 'host.probe' } as const
const tags = ['host']

/** Probes for whoever watches the process, and the description of everything else. */
export function probeRoutes(app: FastifyInstance, { metrics, obstacles }: Ports): void {
  app.get('/healthz', { config, schema: { tags, summary: 'The process is alive' } }, async () => ({
    status: 'ok',
  }))
  app.get(
    '/readyz',
    { config, schema: { tags, summary: 'The node can serve' } },
    async (_request, reply) => {
      const found = await obstacles()
      return found.length === 0
        ? { status: 'ready' }
        : reply.code(503).header('retry-after', 1).send({ status: 'not ready', obstacles: found })
    },
  )
  app.get(
    '/metrics',
    { config, schema: { tags, summary: 'Prometheus metrics' } },
    async (_request, reply) => {
      reply.type(metrics.registry.contentType)
      return metrics.registry.metrics()
    },
  )
  app.get(
    '/openapi.json',
    { config, schema: { tags, summary: 'OpenAPI 3.1 of this host' } },
    async () => app.swagger(),
  )
  referencePage(app)
}
