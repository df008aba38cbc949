import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { From } from '../sessions/session-service.ts'
import { foldedLogin } from '../users/user.ts'
import { findUserByLogin } from '../users/user-store.ts'
import { lockKeys } from './lock-out.ts'
import { enterAttempt } from './lock-out-store.ts'
import type { SendTicket } from './send-ticket.ts'
import { insertTicket, makeTicket } from './ticket-store.ts'

interface Ports {
  readonly changes: AccessChanges
  readonly send: SendTicket
  readonly log: { warn(fields: object, message: string): void }
}

/** A mail takes a second; more at once than this is somebody who floods. */
const MAX_AT_ONCE = 16

/** Links to reset a password, for whoever asks under a login. The answer comes before anything is looked at. */
export class ResetService {
  readonly #ports: Ports
  readonly #running = new Set<Promise<void>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_SIGN_IN_BLOCKED where one address or login asks again and again, CORE_OVERLOADED */
  async ask(tenant: string, typed: string, from: From): Promise<void> {
    const login = foldedLogin(typed)
    const keys = lockKeys(`${tenant}/${login} reset`, from.address, false, 'reset')
    const waitMs = await enterAttempt(this.#ports.changes.knex, keys)
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      throw coreErrors.create('SIGN_IN_BLOCKED', { seconds }, { retryAfterS: seconds })
    }
    if (this.#running.size >= MAX_AT_ONCE) {
      throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 2 })
    }
    const sent = this.#send(tenant, login, from).catch((err: unknown) => {
      this.#ports.log.warn({ err, tenant }, 'a link to reset a password could not be sent')
    })
    this.#running.add(sent)
    void sent.then(() => this.#running.delete(sent))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #send(tenant: string, login: string, { traceId }: From): Promise<void> {
    const { changes, send } = this.#ports
    const user = await findUserByLogin(changes.knex, tenant, login)
    if (user?.kind !== 'person' || user.state !== 'active' || user.email === null) return
    const { text, hash } = makeTicket()
    const change = { action: 'password.reset_asked', subject: user.id, tenant, traceId }
    // Nobody's rights change by it: whoever floods makes no node ask anew who people are.
    await commitChange(changes.knex, { ...change, actor: 'anonymous' }, (trx) =>
      insertTicket(trx, { tenant, user: user.id, purpose: 'reset', methods: [] }, hash),
    )
    await send(user, text, traceId)
  }
}
