import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import type { TokenKeyService } from './token-key-service.ts'

/** The keys that sign tokens change each month by themselves; this is for whoever cannot wait. */
export function tokenKeyRoutes(
  app: FastifyInstance,
  { keys }: { readonly keys: TokenKeyService },
): void {
  app.post<{ Body: { atOnce?: boolean } | null }>(
    '/v1/token-keys::rotate',
    {
      config: { action: 'token.rotate_keys' },
      schema: {
        tags: ['tokens'],
        summary:
          'Sign tokens by another key; with "atOnce" what the others signed is refused from now on',
        body: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: { atOnce: { type: 'boolean' } },
        },
      },
    },
    async (request) => keys.rotate(callerOf(request), request.body?.atOnce ?? false),
  )
}
