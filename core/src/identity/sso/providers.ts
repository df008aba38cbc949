import { createHash } from 'node:crypto'
import { createRemoteJWKSet, type JWTVerifyGetKey, customFetch as joseFetch } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from 'openid-client'
import { type Arrival, arrivalOf, isWhole } from './arrival.ts'
import type { Connection } from './connection.ts'

/** Asks a server outside, guarded; see broker/http/host-fetch.ts. */
export type ProviderFetch = (request: {
  readonly owner: string
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}) => Promise<Response>

interface Ports {
  readonly fetch: ProviderFetch
  readonly monotonic: () => number
}

/** What a browser's flow is known by: all from one secret of its cookie, so that nothing of it has to be kept. */
export interface FlowProof {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Of one request to a provider. */
const TIMEOUT_S = 10

/** A provider's addresses and keys change rarely, and are looked for at once where a key is unknown. */
const KEEP_MS = 10 * 60_000

/** Whoever asks for a provider that is away asks it once in so long. */
const FAILED_MS = 2000

const MAX_KEPT = 200

interface Kept {
  readonly config: Promise<Configuration>
  until: number
  keys?: JWTVerifyGetKey
}

/** @param secret of the cookie @param state of the address: one without the other proves nothing */
export function flowProof(secret: string, state: string): FlowProof {
  const derived = (what: string) =>
    createHash('sha256').update(`${what} ${secret} ${state}`).digest('base64url')
  return { state, nonce: derived('nonce'), verifier: derived('verifier') }
}

/** RFC 7636 §4.2. */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** Talks with identity providers: OpenID Connect Core 1.0, authorization code flow with PKCE. */
export class Providers {
  readonly #ports: Ports
  readonly #kept = new Map<string, Kept>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Where the browser goes. @throws what openid-client throws */
  async authorizationUrl(
    connection: Connection,
    secret: string | undefined,
    { state, nonce, verifier }: FlowProof,
    redirectUri: string,
  ): Promise<string> {
    const config = await this.#configOf(connection, secret)
    return buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: connection.scopes.join(' '),
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    }).href
  }

  /**
   * Whom the answer of a provider proves: its `iss` (RFC 9207) and `state` are looked at, the code is redeemed, the ID
   * token's signature, issuer, audience, times and nonce are verified.
   * @param answer the address that the browser came with
   * @returns undefined: nobody, since it names no subject
   * @throws what openid-client throws
   */
  async arrival(
    connection: Connection,
    secret: string | undefined,
    answer: URL,
    { state, nonce, verifier }: FlowProof,
  ): Promise<Arrival | undefined> {
    const config = await this.#configOf(connection, secret)
    const tokens = await authorizationCodeGrant(config, answer, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const idToken = tokens.claims()
    if (idToken === undefined) return undefined
    const isAsked =
      !isWhole(connection.claims, idToken) &&
      config.serverMetadata().userinfo_endpoint !== undefined
    const userinfo = isAsked
      ? await fetchUserInfo(config, tokens.access_token, idToken.sub)
      : undefined
    return arrivalOf(connection.claims, idToken, userinfo)
  }

  /** Where the user signs out of the provider, too; undefined: it has no such place. */
  async endSessionUrl(connection: Connection, returnTo: string): Promise<string | undefined> {
    const config = await this.#configOf(connection, undefined)
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined
    return buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }).href
  }

  /** What the provider says of itself, asked anew. */
  async describe(connection: Connection) {
    this.#kept.delete(keyOf(connection, undefined))
    const server = (await this.#configOf(connection, undefined)).serverMetadata()
    return {
      issuer: server.issuer,
      authorizationEndpoint: server.authorization_endpoint ?? null,
      tokenEndpoint: server.token_endpoint ?? null,
      keys: server.jwks_uri ?? null,
      namesItself: server.authorization_response_iss_parameter_supported === true,
      supportsPkce: server.supportsPKCE(),
      supportsLogout: server.end_session_endpoint !== undefined,
    }
  }

  /** The keys that a provider signs by; undefined: it names none. */
  async keysOf(connection: Connection): Promise<JWTVerifyGetKey | undefined> {
    const { jwks_uri: uri } = (await this.#configOf(connection, undefined)).serverMetadata()
    if (uri === undefined) return undefined
    const kept = this.#kept.get(keyOf(connection, undefined))
    if (kept?.keys !== undefined) return kept.keys
    const ask = this.#fetchOf(connection)
    const keys = createRemoteJWKSet(new URL(uri), {
      timeoutDuration: TIMEOUT_S * 1000,
      [joseFetch]: (url, { method, headers }) =>
        ask(url, { method, headers: Object.fromEntries(headers), body: null, redirect: 'manual' }),
    })
    if (kept !== undefined) kept.keys = keys
    return keys
  }

  /** One look at a time, however many ask; one that failed is not tried again at once. */
  async #configOf(connection: Connection, secret: string | undefined): Promise<Configuration> {
    const key = keyOf(connection, secret)
    const now = this.#ports.monotonic()
    const known = this.#kept.get(key)
    if (known !== undefined && known.until > now) return known.config
    this.#kept.delete(key)
    const oldest = this.#kept.size >= MAX_KEPT ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    const kept: Kept = { config: this.#discover(connection, secret), until: now + KEEP_MS }
    this.#kept.set(key, kept)
    try {
      return await kept.config
    } catch (error) {
      kept.until = this.#ports.monotonic() + FAILED_MS
      throw error
    }
  }

  #discover(connection: Connection, secret: string | undefined): Promise<Configuration> {
    const issuer = new URL(connection.issuer)
    // Only where the operator has named the place does the guard let plain http through.
    const isPlain = issuer.protocol === 'http:'
    return discovery(issuer, connection.clientId, undefined, authBy(secret), {
      [customFetch]: this.#fetchOf(connection),
      timeout: TIMEOUT_S,
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    })
  }

  #fetchOf({ tenant, id }: Connection): CustomFetch {
    const { fetch } = this.#ports
    return (url, { method, headers, body }) => {
      const sent = body === undefined || body === null ? undefined : String(body)
      return fetch({ owner: `sso ${tenant} ${id}`, url, method, headers, body: sent })
    }
  }
}

/** As the provider takes it; the standard's default is the header (OpenID Connect Discovery §3). */
function authBy(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None()
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)]
  return (server, ...rest) => {
    const known = server.token_endpoint_auth_methods_supported
    const isBasic = known === undefined || known.includes('client_secret_basic')
    return (isBasic ? basic : post)(server, ...rest)
  }
}

/** Connections that were changed are other ones. */
function keyOf({ tenant, id, changedAt }: Connection, secret: string | undefined): string {
  return `${tenant} ${id} ${changedAt} ${secret === undefined ? 'open' : 'closed'}`
}
