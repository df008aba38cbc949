import { createHash, randomBytes } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { insertAuditEntries } from '../../audit/audit-store.ts'
import { coreErrors } from '../../errors.ts'
import { sameSecret } from '../../gateway/api-key.ts'
import type { From, SessionService } from '../sessions/session-service.ts'
import { insertFlow, takeFlow } from '../sign-in/flow-store.ts'
import { placeKey } from '../sign-in/lock-out.ts'
import type { SignedIn, SignInService } from '../sign-in/sign-in-service.ts'
import type { Arrival } from './arrival.ts'
import type { ArrivalService } from './arrival-service.ts'
import type { Connection } from './connection.ts'
import type { ConnectionService } from './connection-service.ts'
import { findConnection, type StoredConnection } from './connection-store.ts'
import { failureOf } from './provider-failure.ts'
import { flowProof, type Providers } from './providers.ts'

interface Ports {
  readonly knex: Knex
  readonly providers: Providers
  readonly connections: ConnectionService
  readonly arrivals: ArrivalService
  readonly signIns: SignInService
  readonly sessions: SessionService
  /** Where browsers reach the host; null: nobody has said. */
  readonly publicUrl: string | null
}

/** Whose sign-in it is that was begun, and in which browser. */
interface Detail {
  readonly tenant: string
  readonly connection: string
  readonly browser: string
}

interface Named {
  readonly tenant: string
  readonly connection: string
}

/** Sends a browser to a tenant's provider, and takes in whom it brings back. */
export class SsoService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns where to go, and a secret for a cookie of this browser @throws CORE_SSO_CONNECTION_MISSING, CORE_SSO_UNAVAILABLE, CORE_PUBLIC_URL_MISSING */
  async begin(
    { tenant, connection: id }: Named,
    from: From,
  ): Promise<{ readonly url: string; readonly secret: string }> {
    const { knex, providers } = this.#ports
    const redirectUri = this.#redirectUri({ tenant, connection: id })
    const connection = await findConnection(knex, tenant, id)
    if (connection === undefined) {
      throw coreErrors.create('SSO_CONNECTION_MISSING', { tenant, connection: id })
    }
    const [secret, state] = [randomKey(), randomKey()]
    const proof = flowProof(secret, state)
    const url = await providers
      .authorizationUrl(connection, undefined, proof, redirectUri)
      .catch((error: unknown) => this.#fail(connection, error, from))
    const detail: Detail = { tenant, connection: id, browser: digest(secret) }
    const flow = { purpose: 'sso', place: placeKey(from.address), detail: { ...detail } } as const
    if (!(await insertFlow(knex, state, flow))) {
      throw coreErrors.create('SIGN_IN_BLOCKED', { seconds: 60 }, { retryAfterS: 60 })
    }
    return { url, secret }
  }

  /**
   * @param query of the address that the provider sent the browser to, as it came
   * @param secret of the cookie
   * @throws CORE_SSO_FLOW_INVALID, CORE_SSO_REFUSED, CORE_SSO_ACCOUNT_REFUSED, CORE_SSO_UNAVAILABLE
   */
  async finish(
    named: Named,
    query: string,
    secret: string | undefined,
    from: From,
  ): Promise<SignedIn> {
    const { knex, providers, connections, arrivals } = this.#ports
    const answer = new URL(`${this.#redirectUri(named)}?${query}`)
    const state = answer.searchParams.get('state') ?? ''
    const flow = await takeFlow<Detail>(knex, state, 'sso')
    if (flow === undefined || secret === undefined || !isOf(flow, named, secret)) {
      throw coreErrors.create('SSO_FLOW_INVALID')
    }
    const connection = await findConnection(knex, named.tenant, named.connection)
    if (connection === undefined) throw coreErrors.create('SSO_FLOW_INVALID')
    const clientSecret = await connections.secretOf(connection)
    const arrival = await providers
      .arrival(connection, clientSecret, answer, flowProof(secret, state))
      .catch((error: unknown) => this.#fail(connection, error, from))
    try {
      if (arrival === undefined) throw coreErrors.create('SSO_REFUSED', { reason: 'subject' })
      const user = await arrivals.admit(connection, arrival, from.traceId)
      return await this.#begin(connection, arrival, user, from)
    } catch (error) {
      if (error instanceof CodedError) {
        await this.#note(connection, error.code, String(error.parameters.reason ?? ''), from)
      }
      throw error
    }
  }

  /** A provider that has asked for more than one factor has done it for us. */
  #begin(
    { tenant, id: connection }: StoredConnection,
    { issuer, subject, sid, isTwoFactor }: Arrival,
    user: Awaited<ReturnType<ArrivalService['admit']>>,
    from: From,
  ): Promise<SignedIn> {
    const { sessions, signIns } = this.#ports
    const sso = { tenant, connection, issuer, subject, sid: sid ?? null }
    if (!isTwoFactor) return signIns.passed(user, ['sso'], from, sso)
    return sessions
      .begin(user, ['sso', 'mfa'], from, sso)
      .then((started) => ({ kind: 'in', user, started }) as const)
  }

  /** Exactly the same each time, and another for each connection (RFC 9700 §2.1, §4.4). */
  #redirectUri({ tenant, connection }: Named): string {
    const { publicUrl } = this.#ports
    if (publicUrl === null) throw coreErrors.create('PUBLIC_URL_MISSING')
    return `${publicUrl}/v1/sign-in/sso/${tenant}/${connection}/callback`
  }

  /** The texts of its errors may hold what was sent: what is told is our own words and the name of the reason. */
  async #fail(connection: Connection, error: unknown, from: From): Promise<never> {
    const { code, reason } = failureOf(error)
    await this.#note(connection, `CORE_${code}`, reason, from)
    throw coreErrors.create(code)
  }

  async #note(
    { tenant, id }: Connection,
    outcome: string,
    reason: string,
    { address, traceId }: From,
  ): Promise<void> {
    const entry = { tenant, actor: 'anonymous', action: 'sign_in.failed', subject: `sso:${id}` }
    const detail = { address, reason }
    await insertAuditEntries(this.#ports.knex, [{ ...entry, outcome, traceId, detail }])
  }
}

function isOf(flow: Detail, { tenant, connection }: Named, secret: string): boolean {
  return (
    flow.tenant === tenant &&
    flow.connection === connection &&
    sameSecret(Buffer.from(flow.browser), Buffer.from(digest(secret)))
  )
}

const randomKey = () => randomBytes(32).toString('base64url')

const digest = (secret: string) =>
  createHash('sha256').update(`browser ${secret}`).digest('base64url')
