import type { Finding } from '@signalbox/sdk/finding'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { Gate } from '../http/gate.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import type { WithdrawalService } from '../packages/withdrawal-service.ts'
import { actorOf } from '../publishers/authenticate.ts'
import type { StarService } from '../stars/star-service.ts'
import type { PublishRequest, PublishService } from './publish-service.ts'

/** Base64 of a 20 MiB tarball is 27 MiB; the rest is for the package.json, readme and provenance around it. */
const PUBLISH_BODY_LIMIT = 30 * 1024 * 1024

/**
 * One publish may hold its body four times over (bytes, text, parsed text, tarball), about 110 MB. Two at
 * once keep that bounded; those in line have not had their body read yet.
 */
const PUBLISHES_AT_ONCE = 2
const PUBLISHES_IN_LINE = 32

interface Services {
  readonly publishing: PublishService
  readonly withdrawals: WithdrawalService
  readonly stars: StarService
}

/** What npm puts to a package's own address: `npm publish`, `deprecate`, `star` and `unstar`. */
export function publishRoutes(
  app: FastifyInstance,
  services: Services,
  authenticate: onRequestAsyncHookHandler,
): void {
  const gate = new Gate(PUBLISHES_AT_ONCE, PUBLISHES_IN_LINE)
  const enter: onRequestAsyncHookHandler = async (_request, reply) => {
    const leave = await gate.enter()
    // `close` comes however the exchange ends, a client that hangs up while sending included.
    if (reply.raw.closed) leave()
    else reply.raw.once('close', leave)
  }
  for (const pattern of packagePatterns) {
    app.put<{ Params: PackageParams }>(
      pattern,
      { bodyLimit: PUBLISH_BODY_LIMIT, onRequest: [authenticate, enter] },
      async (request, reply) => {
        const findings = await put(services, {
          actor: actorOf(request),
          name: packageOf(request.params),
          body: request.body,
          traceId: request.id,
        })
        const notice = noticeOf(findings)
        if (notice !== undefined) reply.header('npm-notice', notice)
        return reply.code(201).send({ ok: true, success: true })
      },
    )
  }
}

/** npm tells these apart by what the document holds, and so does every registry. */
async function put(
  { publishing, withdrawals, stars }: Services,
  request: PublishRequest,
): Promise<readonly Finding[]> {
  const { actor, name, traceId } = request
  const body = fieldsOf(request.body)
  if (body['_attachments'] === undefined && body['versions'] !== undefined) {
    const rev = body['_rev']
    // npm sends the revision it has read: without one, an older packument would undo what happened since.
    if (typeof rev !== 'string') throw revMissing()
    await withdrawals.deprecate({ actor, name, rev, traceId }, body)
    return []
  }
  if (body['_attachments'] === undefined && body['users'] !== undefined) {
    // Stars of others are theirs, whatever the document says of them.
    await stars.set(actor, name, fieldsOf(body['users'])[actor.name] === true)
    return []
  }
  return publishing.publish(request)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function revMissing(): Error {
  const faults = [{ pointer: '/_rev', detail: 'is required: the revision that was read' }]
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults })
}

/** npm prints this header of an answer; of a header only ASCII is sure to arrive. Notes need nobody. */
function noticeOf(findings: readonly Finding[]): string | undefined {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0) return undefined
  const rules = [...new Set(warnings.map(({ rule }) => rule))].join(', ')
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  return `published with ${count} (${rules}); "signalbox check" tells more`
}
