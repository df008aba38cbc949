import type { Finding } from '@signalbox/sdk/finding'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { Gate } from '../http/gate.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import type { WithdrawalService } from '../packages/withdrawal-service.ts'
import { actorOf } from '../publishers/authenticate.ts'
import type { StagedVersion } from '../review/open-review.ts'
import type { ReviewGround } from '../review/review-policy.ts'
import type { StarService } from '../stars/star-service.ts'
import type { Published, PublishRequest, PublishService } from './publish-service.ts'

/** Base64 of a 20 MiB tarball is 27 MiB; the rest is for the package.json, readme and provenance around it. */
const PUBLISH_BODY_LIMIT = 30 * 1024 * 1024

/**
 * One publish may hold its body four times over (bytes, text, parsed text, tarball), about 110 MB. Two at
 * once keep that bounded; those in line have not had their body read yet.
 */
const PUBLISHES_AT_ONCE = 2
const PUBLISHES_IN_LINE = 32

/** One publisher sends one at a time: however slowly, the other place is for the others. */
const OF_ONE_PUBLISHER = { places: 1, waiting: 15 }

interface Services {
  readonly publishing: PublishService
  readonly withdrawals: WithdrawalService
  readonly stars: StarService
}

/** What npm puts to a package's own address: `npm publish`, `deprecate`, `star` and `unstar`; and `npm stage publish`. */
export function publishRoutes(
  app: FastifyInstance,
  services: Services,
  authenticate: onRequestAsyncHookHandler,
): void {
  const gate = new Gate(PUBLISHES_AT_ONCE, PUBLISHES_IN_LINE, OF_ONE_PUBLISHER)
  const enter: onRequestAsyncHookHandler = async (request, reply) => {
    const leave = await gate.enter(actorOf(request).name)
    // `close` comes however the exchange ends, a client that hangs up while sending included.
    if (reply.raw.closed) leave()
    else reply.raw.once('close', leave)
  }
  for (const pattern of packagePatterns) {
    app.put<{ Params: PackageParams }>(
      pattern,
      { bodyLimit: PUBLISH_BODY_LIMIT, onRequest: [authenticate, enter] },
      async (request, reply) => {
        const { staged, findings } = await put(services, asked(request))
        const notice = noticeOf(findings, staged)
        if (notice !== undefined) reply.header('npm-notice', notice)
        if (staged === undefined) return reply.code(201).send({ ok: true, success: true })
        // RFC 9110 §15.3.3: taken, and not done yet. npm ends well and prints the notice.
        return reply.code(202).send({ ok: true, success: true, stageId: staged.id })
      },
    )
    app.post<{ Params: PackageParams }>(
      `/-/stage/package${pattern}`,
      { bodyLimit: PUBLISH_BODY_LIMIT, onRequest: [authenticate, enter] },
      async (request, reply) => {
        const wish = { ...asked(request), isStaged: true }
        const { staged, findings } = await services.publishing.publish(wish)
        if (staged === undefined) throw new Error('what was asked to be staged was published')
        const notice = noticeOf(findings, staged)
        if (notice !== undefined) reply.header('npm-notice', notice)
        return reply.code(201).send({ stageId: staged.id })
      },
    )
  }
}

const nothing: Published = { staged: undefined, findings: [] }

/** npm tells these apart by what the document holds, and so does every registry. */
async function put(
  { publishing, withdrawals, stars }: Services,
  request: PublishRequest,
): Promise<Published> {
  const { actor, name, traceId } = request
  const body = fieldsOf(request.body)
  if (body['_attachments'] === undefined && body['versions'] !== undefined) {
    const rev = body['_rev']
    // npm sends the revision it has read: without one, an older packument would undo what happened since.
    if (typeof rev !== 'string') throw revMissing()
    await withdrawals.deprecate({ actor, name, rev, traceId }, body)
    return nothing
  }
  if (body['_attachments'] === undefined && body['users'] !== undefined) {
    // Stars of others are theirs, whatever the document says of them.
    await stars.set(actor, name, fieldsOf(body['users'])[actor.name] === true)
    return nothing
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

function asked(request: FastifyRequest<{ Params: PackageParams }>) {
  return {
    actor: actorOf(request),
    name: packageOf(request.params),
    body: request.body,
    traceId: request.id,
  }
}

/** npm prints this header of an answer; of a header only ASCII is sure to arrive. Notes need nobody. */
function noticeOf(
  findings: readonly Finding[],
  staged: StagedVersion | undefined,
): string | undefined {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  const rules = [...new Set(warnings.map(({ rule }) => rule))].join(', ')
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  const how = staged === undefined ? 'published' : 'staged'
  const said = [
    ...(staged === undefined ? [] : [waitingWords(staged)]),
    ...(warnings.length === 0
      ? []
      : [`${how} with ${count} (${rules}); "signalbox check" tells more`]),
  ]
  return said.length === 0 ? undefined : said.join(' - ')
}

function waitingWords({ id, needed, grounds }: StagedVersion): string {
  const why = grounds.map((ground) => groundWords[ground]).join(', ')
  const by =
    needed === 0 ? 'you, or a reviewer' : needed === 1 ? 'a reviewer' : `${needed} reviewers`
  return `not public yet (${why}): it waits for ${by}. See: npm stage view ${id}`
}

const groundWords: Readonly<Record<ReviewGround, string>> = {
  'first-version': 'the first version of a new name is always reviewed',
  tier: 'the policy of its tier asks for a review',
  'asked-for': 'staged as asked',
  'trials-cut-short': 'its trials ended before all was tried',
}
