import { randomBytes } from 'node:crypto'
import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { placeKey } from '../sign-in/lock-out.ts'
import { rememberPlace } from '../sign-in/lock-out-store.ts'
import type { User } from '../users/user.ts'
import { lockUser } from '../users/user-store.ts'
import { MAX_SESSIONS, makeSecret } from './session.ts'
import { endBeyond, endSession, endSessions, insertSession } from './session-store.ts'
import { insertSsoSession, type SsoSession } from './sso-session-store.ts'

/** Where a request came from. */
export interface From {
  readonly address: string
  readonly agent: string
  readonly traceId: string | null
}

export interface Started {
  readonly session: string
  /** For the cookie, and nowhere else. */
  readonly secret: string
  readonly csrf: string
}

interface Own {
  readonly tenant: string
  readonly user: string
}

/** Begins and ends sessions. What ends is over on every node within a second. */
export class SessionService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /**
   * For a user whom a sign-in method has proven: the one way in, whatever the method.
   * @param methods how he was proven, as RFC 8176 names it
   * @param sso who has proven him, where that was a provider
   * @throws CORE_SIGN_IN_REFUSED where he is not active
   */
  async begin(
    { tenant, id: user }: Pick<User, 'tenant' | 'id'>,
    methods: readonly string[],
    { address, agent, traceId }: From,
    sso: SsoSession | null = null,
  ): Promise<Started> {
    const { text: secret, hash } = makeSecret()
    const session = `ses_${randomBytes(8).toString('hex')}`
    const csrf = randomBytes(32).toString('base64url')
    const change = {
      actor: `user:${tenant}/${user}`,
      traceId,
      action: 'session.started',
      subject: session,
      tenant,
      detail: { methods, address },
    }
    await commitChange(this.#changes.knex, change, async (trx) => {
      const known = await lockUser(trx, tenant, user)
      if (known?.state !== 'active' || known.kind !== 'person') {
        throw coreErrors.create('SIGN_IN_REFUSED')
      }
      await endBeyond(trx, { tenant, user, most: MAX_SESSIONS - 1 })
      const row = { id: session, tenant, user, methods, agent: agent.slice(0, 300), address }
      await insertSession(trx, row, { hash, csrf })
      if (sso !== null) await insertSsoSession(trx, session, sso)
      await rememberPlace(trx, { tenant, user, place: placeKey(address) })
    })
    return { session, secret, csrf }
  }

  /** @throws CORE_SESSION_MISSING */
  async end({ tenant, user }: Own, session: string, traceId: string | null): Promise<void> {
    const change = { action: 'session.ended', subject: session, tenant, traceId }
    await this.#changes.commit({ ...change, actor: `user:${tenant}/${user}` }, async (trx) => {
      if (await endSession(trx, { tenant, user, id: session })) return
      throw coreErrors.create('SESSION_MISSING', { session })
    })
  }

  /** All but the one that goes on. */
  async endOthers({ tenant, user }: Own, keep: string, traceId: string | null): Promise<number> {
    const change = { action: 'session.others_ended', subject: user, tenant, traceId }
    return this.#changes.commit({ ...change, actor: `user:${tenant}/${user}` }, (trx) =>
      endSessions(trx, { tenant, user, keep }),
    )
  }
}
