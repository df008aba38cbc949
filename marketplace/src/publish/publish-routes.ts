import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { Gate } from '../http/gate.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import { actorOf } from '../publishers/authenticate.ts'
import type { StagedVersion } from '../review/open-review.ts'
import type { ReviewGround } from '../review/review-policy.ts'
import type { PublishService } from './publish-service.ts'

/** Base64 of a 20 MiB tarball is 27 MiB; the rest is for the package.json, readme and provenance around it. */
const PUBLISH_BODY_LIMIT = 30 * 1024 * 1024

/**
 * One publish may hold its body four times over (bytes, text, parsed text, tarball), about 110 MB. Two at
 * once keep that bounded; those in line have not had their body read yet.
 */
const PUBLISHES_AT_ONCE = 2
const PUBLISHES_IN_LINE = 32

/** `npm publish` and `npm stage publish`. */
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
        const staged = await publishing.publish(asked(request))
        if (staged === undefined) return reply.code(201).send({ ok: true, success: true })
        // RFC 9110 §15.3.3: taken, and not done yet. npm ends well and prints the notice.
        return reply
          .code(202)
          .header('npm-notice', waitingNotice(staged))
          .send({ ok: true, success: true, stageId: staged.id })
      },
    )
    app.post<{ Params: PackageParams }>(
      `/-/stage/package${pattern}`,
      { bodyLimit: PUBLISH_BODY_LIMIT, onRequest: [authenticate, enter] },
      async (request, reply) => {
        const staged = await publishing.publish({ ...asked(request), isStaged: true })
        if (staged === undefined) throw new Error('what was asked to be staged was published')
        return reply
          .code(201)
          .header('npm-notice', waitingNotice(staged))
          .send({ stageId: staged.id })
      },
    )
  }
}

function asked(request: FastifyRequest<{ Params: PackageParams }>) {
  return {
    actor: actorOf(request),
    name: packageOf(request.params),
    body: request.body,
    traceId: request.id,
  }
}

/** npm prints this header as it is; of a header only ASCII is sure to arrive. */
function waitingNotice({ id, needed, grounds }: StagedVersion): string {
  const why = grounds.map((ground) => groundWords[ground]).join(', ')
  const by =
    needed === 0 ? 'you, or a reviewer' : needed === 1 ? 'a reviewer' : `${needed} reviewers`
  return `not public yet (${why}): it waits for ${by}. See: npm stage view ${id}`
}

const groundWords: Readonly<Record<ReviewGround, string>> = {
  'first-version': 'the first version of a new name is always reviewed',
  tier: 'the policy of its tier asks for a review',
  'asked-for': 'staged as asked',
}
