import type { Finding } from '@signalbox/sdk/finding'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { Gate } from '../http/gate.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import { actorOf } from '../publishers/authenticate.ts'
import type { PublishService } from './publish-service.ts'

/** Base64 of a 20 MiB tarball is 27 MiB; the rest is for the package.json, readme and provenance around it. */
const PUBLISH_BODY_LIMIT = 30 * 1024 * 1024

/**
 * One publish may hold its body four times over (bytes, text, parsed text, tarball), about 110 MB. Two at
 * once keep that bounded; those in line have not had their body read yet.
 */
const PUBLISHES_AT_ONCE = 2
const PUBLISHES_IN_LINE = 32

/** `npm publish`. */
export function publishRoutes(
  app: FastifyInstance,
  publishing: PublishService,
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
        const findings = await publishing.publish({
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

/** npm prints this header of an answer; of a header only ASCII is sure to arrive. Notes need nobody. */
function noticeOf(findings: readonly Finding[]): string | undefined {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0) return undefined
  const rules = [...new Set(warnings.map(({ rule }) => rule))].join(', ')
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  return `published with ${count} (${rules}); "signalbox check" tells more`
}
