import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import type { OwnerService } from '../ownership/owner-service.ts'
import { actorOf } from '../publishers/authenticate.ts'
import { packageNotFound } from './change-package.ts'
import { versionOfTarball } from './package-name.ts'
import { type PackageParams, packageOf, packagePatterns } from './package-routes.ts'
import { maintainersIn } from './packument-change.ts'
import type { WithdrawalService } from './withdrawal-service.ts'

type RevParams = PackageParams & { readonly rev: string }

/** A packument at its largest, as npm sends it back. */
const PACKUMENT_BODY_LIMIT = 20 * 1024 * 1024

/** What npm does to a revision it has read: `npm unpublish` and `npm owner`. */
export function withdrawalRoutes(
  app: FastifyInstance,
  { withdrawals, owners }: { withdrawals: WithdrawalService; owners: OwnerService },
  authenticate: onRequestAsyncHookHandler,
): void {
  for (const pattern of packagePatterns) {
    app.put<{ Params: RevParams; Body: Readonly<Record<string, unknown>> }>(
      `${pattern}/-rev/:rev`,
      { bodyLimit: PACKUMENT_BODY_LIMIT, onRequest: authenticate, schema: { body: objectSchema } },
      async (request, reply) => {
        const { params, body, id } = request
        const name = packageOf(params)
        const change = { actor: actorOf(request), name, rev: params.rev, traceId: id }
        if (body['versions'] !== undefined) await withdrawals.unpublishMissing(change, body)
        else if (body['maintainers'] !== undefined) await owners.set(change, maintainersIn(body))
        else throw neither()
        return reply.code(201).send({ ok: true })
      },
    )
    app.delete<{ Params: RevParams }>(
      `${pattern}/-rev/:rev`,
      { onRequest: authenticate },
      async (request) => {
        const { params, id } = request
        const name = packageOf(params)
        await withdrawals.unpublishAll({
          actor: actorOf(request),
          name,
          rev: params.rev,
          traceId: id,
        })
        return { ok: true }
      },
    )
    app.delete<{ Params: RevParams & { file: string } }>(
      `${pattern}/-/:file/-rev/:rev`,
      { onRequest: authenticate },
      async (request) => {
        const { params, id } = request
        const name = packageOf(params)
        const version = versionOfTarball(name, params.file)
        if (version === undefined)
          throw packageNotFound(`${name.full}/-/${params.file.slice(0, 120)}`)
        const change = { actor: actorOf(request), name, rev: params.rev, traceId: id }
        await withdrawals.forgetTarball(change, version)
        return { ok: true }
      },
    )
  }
}

const objectSchema = { type: 'object' } as const

function neither(): Error {
  const faults = [{ pointer: '', detail: 'has neither versions nor maintainers' }]
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults })
}
