import { CodedError } from '@signalbox/sdk/errors'
import type { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { earlierEnd, isOver } from '../catalog/credential.ts'
import { operationsOf } from '../catalog/service-operations.ts'
import { requireStanding } from '../catalog/standing.ts'
import { parseApiKey, sameSecret } from '../gateway/api-key.ts'
import { actorOf } from '../identity/principal.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Subscription } from '../rollout/routing/snapshot.ts'
import { serviceUrl, signToken } from './access-token.ts'
import type { ClientRequest } from './client-request.ts'
import { OAuthRefusal } from './oauth-refusal.ts'
import { grantedScopes } from './scope.ts'
import { signingKey, TOKEN_LIFE_S } from './token-key.ts'
import { insertRevokedToken } from './token-key-store.ts'
import type { TokenKeyVault } from './token-key-vault.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** RFC 6749 §5.1. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
}

/** A client that asks for a token for each call is told to keep it: a signature costs a millisecond. */
const CLIENT_LIMIT = { ratePerS: 2, burst: 50 }

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach' | 'snapshot'>
  readonly issuer: string
  readonly vault: Pick<TokenKeyVault, 'private'>
  readonly verifier: TokenVerifier
  readonly limiter: RateLimiter
  readonly uses: { used(credential: string): void }
  /** Milliseconds since the epoch, by PostgreSQL's clock. */
  readonly now: () => number
  readonly randomId: () => string
}

interface Client {
  readonly subscription: Subscription
  readonly credential: string
  /** Milliseconds since the epoch; null: no end. */
  readonly endsAt: number | null
}

/** Client credentials for tokens (RFC 6749 §4.4), and tokens taken back (RFC 7009). A client is a subscription. */
export class TokenService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Nothing is read from PostgreSQL but, once a node, the key that signs. */
  async issue(request: ClientRequest): Promise<{ answer: TokenAnswer; of: Subscription }> {
    const { parameters } = request
    const grant = parameters.get('grant_type')
    const client = this.#authenticate(request)
    if (grant === undefined) throw new OAuthRefusal('invalid_request', 'grant_type is missing')
    if (grant !== 'client_credentials') {
      throw new OAuthRefusal('unsupported_grant_type', 'only client_credentials is served')
    }
    const { subscription } = client
    this.#requireGood(subscription)
    const { service, major } = subscription
    const audience = serviceUrl(this.#ports.issuer, service, major)
    const resource = parameters.get('resource')
    if (resource !== undefined && resource !== audience) {
      throw new OAuthRefusal('invalid_target', `this client has tokens for ${audience}`)
    }
    const { snapshot } = this.#ports.routing
    const offered = operationsOf(snapshot, service, major)
    const scopes = grantedScopes(parameters.get('scope'), subscription.scopes, offered)
    if (scopes === 'invalid') {
      throw new OAuthRefusal('invalid_scope', 'the subscription covers no such operation')
    }
    this.#requireRate(subscription)
    const answer = await this.#sign(client, audience, scopes)
    this.#ports.uses.used(client.credential)
    return { answer, of: subscription }
  }

  /** @returns whose token it was; a token that is not good needs no taking back (RFC 7009 §2.2) */
  async revoke(request: ClientRequest, traceId: string): Promise<Subscription> {
    const { subscription } = this.#authenticate(request)
    const token = request.parameters.get('token')
    if (token === undefined) throw new OAuthRefusal('invalid_request', 'token is missing')
    this.#requireRate(subscription)
    const { verifier, knex, routing } = this.#ports
    const verified = verifier.known(token) ?? (await verifier.verify(token))
    if (typeof verified === 'string') return subscription
    const { claims } = verified
    // Another client's: that it is good is nothing to tell (RFC 7009 §2.1 has the client refused).
    if (claims.subscription !== subscription.id) {
      throw new OAuthRefusal('unauthorized_client', 'the token was not issued to this client')
    }
    if (routing.snapshot.revokedTokens.has(claims.id)) return subscription
    const { tenant, id } = subscription
    const change = {
      actor: actorOf({ kind: 'app', tenant, app: subscription.app, subscription: id }),
      traceId,
      action: 'token.revoked',
      subject: id,
      tenant,
      detail: { jti: claims.id, credential: claims.credential },
    }
    const expiresAt = claims.expiresAt * 1000
    const { generation } = await commitRoutedChange(knex, change, (trx) =>
      insertRevokedToken(trx, { jti: claims.id, subscription: id, expiresAt }),
    )
    await routing.reach(generation)
    return subscription
  }

  /** One answer whatever is wrong: that a client exists is nobody's business. */
  #authenticate({ clientId, clientSecret }: ClientRequest): Client {
    const { snapshot } = this.#ports.routing
    const parsed = parseApiKey(clientSecret)
    const credential = parsed === undefined ? undefined : snapshot.credentials.get(parsed.id)
    const subscription = snapshot.subscriptions.get(clientId)
    if (
      parsed === undefined ||
      credential?.kind !== 'secret' ||
      credential.subscription !== clientId ||
      subscription === undefined ||
      !sameSecret(Buffer.from(credential.hash), Buffer.from(parsed.hash)) ||
      isOver(credential.expiresAt, this.#ports.now())
    ) {
      throw new OAuthRefusal('invalid_client', 'there is no client of this id and secret', {
        isGuess: true,
      })
    }
    const endsAt = earlierEnd(credential.expiresAt ?? null, subscription.expiresAt ?? null)
    return { subscription, credential: parsed.id, endsAt }
  }

  #requireGood(subscription: Subscription): void {
    try {
      requireStanding(subscription, this.#ports.now())
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const description = `${error.code}: ${error.message}`
      throw OAuthRefusal.because(error, 'unauthorized_client', description)
    }
  }

  #requireRate({ id }: Subscription): void {
    const verdict = this.#ports.limiter.take(`token ${id}`, CLIENT_LIMIT)
    if (verdict.allowed) return
    throw new OAuthRefusal('temporarily_unavailable', 'too many requests: a token lasts minutes', {
      status: 429,
      retryAfterS: Math.ceil(verdict.retryAfterMs / 1000),
    })
  }

  async #sign(
    { subscription, credential, endsAt }: Client,
    audience: string,
    scopes: readonly string[] | undefined,
  ): Promise<TokenAnswer> {
    const { routing, vault, issuer, now, randomId } = this.#ports
    const at = now()
    const signing = signingKey(routing.snapshot.tokenKeys.values(), at)
    if (signing === undefined) throw new OAuthRefusal('server_error', 'there is no signing key')
    const { tenant, app, id } = subscription
    const issuedAt = Math.floor(at / 1000)
    const last = endsAt === null ? Number.POSITIVE_INFINITY : Math.floor(endsAt / 1000)
    const expiresAt = Math.min(issuedAt + TOKEN_LIFE_S, last)
    const token = await signToken(
      {
        issuer,
        audience,
        subject: actorOf({ kind: 'app', tenant, app, subscription: id }),
        subscription: id,
        credential,
        scopes,
        id: randomId(),
        issuedAt,
        expiresAt,
      },
      { kid: signing.kid, key: await vault.private(signing.kid) },
    )
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresAt - issuedAt,
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    }
  }
}
