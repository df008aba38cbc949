import { jwtVerify } from 'jose'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { endSession } from '../sessions/session-store.ts'
import { endSsoSessions, findSsoSession } from '../sessions/sso-session-store.ts'
import { isFirst } from '../sign-in/flow-store.ts'
import { dropSsoTickets } from '../sign-in/ticket-store.ts'
import { findConnection } from './connection-store.ts'
import { failureOf } from './provider-failure.ts'
import type { Providers } from './providers.ts'

interface Ports {
  readonly changes: AccessChanges
  readonly providers: Providers
  readonly publicUrl: string | null
}

interface Own {
  readonly tenant: string
  readonly user: string
  readonly session: string
  readonly traceId: string | null
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Tokens are sent at once; the standard recommends two minutes of life. */
const MAX_AGE = '5 minutes'

/** Signing out of the provider, too, and being signed out by it. */
export class LogoutService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Ends the session. @returns where the browser signs out of the provider (OpenID Connect RP-Initiated Logout 1.0); null: of none */
  async signOut({ tenant, user, session, traceId }: Own): Promise<string | null> {
    const { changes, providers, publicUrl } = this.#ports
    const sso = await findSsoSession(changes.knex, session)
    const change = { action: 'session.ended', subject: session, tenant, traceId }
    await changes.commit({ ...change, actor: `user:${tenant}/${user}` }, (trx) =>
      endSession(trx, { tenant, user, id: session }),
    )
    if (sso === undefined || publicUrl === null) return null
    const connection = await findConnection(changes.knex, tenant, sso.connection)
    if (connection?.issuer !== sso.issuer) return null
    // Where the provider is away he is signed out here, which is what he asked for.
    const url = await providers
      .endSessionUrl(connection, `${publicUrl}/sign-in`)
      .catch(() => undefined)
    return url ?? null
  }

  /**
   * The provider says who has left (OpenID Connect Back-Channel Logout 1.0 §2.6). The same token again ends nothing: who has
   * come in since has come in since.
   * @throws CORE_SSO_REFUSED, CORE_SSO_UNAVAILABLE, CORE_SSO_CONNECTION_MISSING
   */
  async byProvider(
    { tenant, connection: id }: { readonly tenant: string; readonly connection: string },
    token: string,
    traceId: string | null,
  ): Promise<number> {
    const { changes, providers } = this.#ports
    const connection = await findConnection(changes.knex, tenant, id)
    if (connection === undefined) {
      throw coreErrors.create('SSO_CONNECTION_MISSING', { tenant, connection: id })
    }
    const keys = await providers.keysOf(connection).catch((error: unknown) => {
      throw coreErrors.create(failureOf(error).code)
    })
    if (keys === undefined) throw coreErrors.create('SSO_REFUSED')
    const { payload } = await jwtVerify(token, keys, {
      issuer: connection.issuer,
      audience: connection.clientId,
      maxTokenAge: MAX_AGE,
      clockTolerance: 30,
      algorithms: [
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'EdDSA',
      ],
    }).catch(() => {
      throw coreErrors.create('SSO_REFUSED')
    })
    const { events, nonce, jti } = payload
    const [subject, sid] = [payload.sub, payload.sid].map((one) =>
      typeof one === 'string' ? one : undefined,
    )
    const isLogout =
      typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT)
    // With a nonce it could be an ID token that somebody has found.
    const isWhole = typeof jti === 'string' && (sid !== undefined || subject !== undefined)
    if (!isLogout || nonce !== undefined || !isWhole) {
      throw coreErrors.create('SSO_REFUSED')
    }
    const change = { action: 'sso.signed_out', subject: id, tenant, traceId }
    const whose = { tenant, issuer: connection.issuer }
    return changes.commit({ ...change, actor: `sso:${tenant}/${id}` }, async (trx) => {
      if (!(await isFirst(trx, `logout ${tenant} ${id} ${jti}`))) return 0
      await dropSsoTickets(trx, whose, { sid, subject })
      return endSsoSessions(trx, whose, { sid, subject })
    })
  }
}
