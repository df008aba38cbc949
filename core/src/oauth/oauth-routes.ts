import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallRecord } from '../audit/call-audit.ts'
import {
  type FailedAuthentications,
  isThrottled,
} from '../gateway/admission/failed-authentications.ts'
import { actorOf } from '../identity/principal.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Subscription } from '../rollout/routing/snapshot.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import { MAX_FORM_BYTES, readClientRequest } from './client-request.ts'
import { OAuthRefusal } from './oauth-refusal.ts'
import { shownKeys, TOKEN_ALGORITHM } from './token-key.ts'
import type { TokenService } from './token-service.ts'

interface Ports {
  readonly routing: Pick<RoutingTable, 'snapshot'>
  readonly tokens: TokenService
  readonly issuer: string
  readonly audit: { add(record: CallRecord): void }
  readonly failures: Pick<FailedAuthentications, 'note'>
  readonly now: () => number
}

const tags = ['tokens']
const FORM = 'application/x-www-form-urlencoded'

/** Keys that verify are asked for by each of a client's instances; a new one is shown a minute before it signs. */
const JWKS_AGE_S = 30

/** OAuth 2.0 for apps. In a scope of its own: bodies are forms here, and refusals are what RFC 6749 says. */
export function oauthRoutes(app: FastifyInstance, ports: Ports): void {
  const { tokens } = ports
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    FORM,
    { parseAs: 'string' },
    async (_request: unknown, text: string) => text,
  )
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(ports, error, request, reply))
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.header('pragma', 'no-cache')
  })
  app.post(
    '/oauth2/token',
    {
      bodyLimit: MAX_FORM_BYTES,
      config: { action: 'token.issue' },
      schema: {
        tags,
        summary: 'Exchange a client id and secret for a token (RFC 6749 section 4.4)',
        consumes: [FORM],
      },
    },
    async (request) => {
      const { answer, of } = await tokens.issue(requestOf(request))
      record(ports, request, 'done', of)
      return answer
    },
  )
  app.post(
    '/oauth2/revoke',
    {
      bodyLimit: MAX_FORM_BYTES,
      config: { action: 'token.revoke' },
      schema: { tags, summary: 'Take a token back before its end (RFC 7009)', consumes: [FORM] },
    },
    async (request, reply) => {
      await tokens.revoke(requestOf(request), request.trace.traceId)
      return reply.code(200).send()
    },
  )
  publicRoutes(app, ports)
}

/** What anybody may read, and caches keep. */
function publicRoutes(app: FastifyInstance, { routing, issuer, now }: Ports): void {
  app.get(
    '/oauth2/jwks',
    {
      config: { action: 'token.verify' },
      schema: { tags, summary: 'Public keys that verify tokens (RFC 7517)' },
    },
    async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${JWKS_AGE_S}`)
      const keys = shownKeys(routing.snapshot.tokenKeys.values(), now())
      return { keys: keys.map(({ publicJwk }) => publicJwk) }
    },
  )
  app.get(
    '/.well-known/oauth-authorization-server',
    {
      config: { action: 'token.verify' },
      schema: { tags, summary: 'What the token endpoint can do (RFC 8414)' },
    },
    async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${JWKS_AGE_S}`)
      return metadataOf(issuer)
    },
  )
}

function metadataOf(issuer: string) {
  const methods = ['client_secret_basic', 'client_secret_post']
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/oauth2/jwks`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    grant_types_supported: ['client_credentials'],
    // Required by RFC 8414 §2; there is no authorization endpoint, so none.
    response_types_supported: [],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    access_token_signing_alg_values_supported: [TOKEN_ALGORITHM],
  }
}

function requestOf({ body, headers }: FastifyRequest) {
  if (typeof body !== 'string') throw new OAuthRefusal('invalid_request', `send ${FORM}`)
  return readClientRequest(body, headers.authorization)
}

function refuse(
  ports: Ports,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = counted(ports, request.ip, refusalOf(thrown))
  if (refusal.status >= 500) request.log.warn({ err: thrown }, refusal.message)
  record(ports, request, `OAUTH_${refusal.code}`)
  if (refusal.retryAfterS !== undefined) reply.header('retry-after', refusal.retryAfterS)
  if (refusal.status === 401) reply.header('www-authenticate', 'Basic realm="signalbox"')
  return reply
    .code(refusal.status)
    .type('application/json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(refusal.body)
}

/** A right secret passes all the same: nothing is looked up for one, and a neighbour's wrong one is no fault of its. */
function counted({ failures }: Ports, address: string, refusal: OAuthRefusal): OAuthRefusal {
  if (!refusal.isGuess) return refusal
  const noted = failures.note(address)
  return isThrottled(noted) ? refusalOf(noted) : refusal
}

function refusalOf(thrown: unknown): OAuthRefusal {
  if (thrown instanceof OAuthRefusal) return thrown
  if (isDatabaseUnavailable(thrown)) {
    const description = 'the database cannot be reached; try again'
    return new OAuthRefusal('temporarily_unavailable', description, { retryAfterS: 1 })
  }
  if (thrown instanceof CodedError) {
    const description = `${thrown.code}: ${thrown.message}`
    const { status, retryAfterS = 5 } = thrown
    if (status === 429 || status >= 500) {
      return new OAuthRefusal('temporarily_unavailable', description, { status, retryAfterS })
    }
    return new OAuthRefusal('invalid_request', description, { status })
  }
  const { statusCode = 500, code } = thrown as Partial<FastifyError>
  if (statusCode >= 500) return new OAuthRefusal('server_error', 'the host failed; see its log')
  const isForm = code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
  const description = isForm ? `send ${FORM}` : 'the request cannot be read'
  return new OAuthRefusal('invalid_request', description, { status: statusCode })
}

/** Tokens that were given are counted as reads are; each refusal stands for itself, as those of calls. */
function record(
  { audit }: Ports,
  { trace, routeOptions }: FastifyRequest,
  outcome: string,
  of?: Subscription,
): void {
  const app = of && actorOf({ kind: 'app', tenant: of.tenant, app: of.app, subscription: of.id })
  audit.add({
    tenant: of?.tenant ?? null,
    actor: app ?? 'anonymous',
    subject: routeOptions.url ?? 'oauth2',
    outcome,
    traceId: trace.traceId,
    safe: true,
  })
}
