import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { actorOf } from '../publishers/authenticate.ts'
import type { DistTagService } from './dist-tag-service.ts'
import { type PackageParams, packageOf, packagePatterns } from './package-routes.ts'

type TagParams = PackageParams & { readonly tag: string }

/** `npm dist-tag ls`, `add` and `rm`. */
export function distTagRoutes(
  app: FastifyInstance,
  distTags: DistTagService,
  authenticate: onRequestAsyncHookHandler,
): void {
  for (const pattern of packagePatterns) {
    const path = `/-/package${pattern}/dist-tags`
    app.get<{ Params: PackageParams }>(path, async (request) =>
      distTags.list(packageOf(request.params)),
    )

    app.put<{ Params: TagParams; Body: string }>(
      `${path}/:tag`,
      { onRequest: authenticate, schema: { body: { type: 'string', maxLength: 256 } } },
      async (request, reply) => {
        const { params, body, id } = request
        await distTags.set(
          { actor: actorOf(request), name: packageOf(params), tag: params.tag, traceId: id },
          body,
        )
        return reply.code(201).send({ ok: true })
      },
    )

    app.delete<{ Params: TagParams }>(
      `${path}/:tag`,
      { onRequest: authenticate },
      async (request) => {
        const { params, id } = request
        await distTags.remove({
          actor: actorOf(request),
          name: packageOf(params),
          tag: params.tag,
          traceId: id,
        })
        return { ok: true }
      },
    )
  }
}
