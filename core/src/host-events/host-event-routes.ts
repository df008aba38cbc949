import type { FastifyInstance } from 'fastify'
import { hostEventTypes } from './host-event-types.ts'

/** As long as the list of the code, and the same for everybody. */
export function hostEventRoutes(app: FastifyInstance): void {
  app.get(
    '/v1/host-events',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags: ['events'],
        summary: "The host's own events that plugins may subscribe to: types, meanings, fields",
      },
    },
    async () => ({ items: hostEventTypes }),
  )
}
