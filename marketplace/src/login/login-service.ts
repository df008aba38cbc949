import { createHash } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import { issueLogin } from '../publishers/issue-token.ts'
import type { PublisherService } from '../publishers/publisher-service.ts'
import {
  confirm,
  countOpen,
  findOpen,
  insertLogin,
  isWaiting,
  noteFailure,
  type OpenLogin,
  takeConfirmed,
} from './login-store.ts'

/** Long enough to find one's password, short enough that an address left open somewhere is worth nothing. */
const LOGIN_MS = 10 * 60 * 1000

/** Logins of one address that may be under way: an office behind one address logs in now and then, not all at once. */
const MAX_OPEN_OF_ADDRESS = 20

/** Rows that strangers may make, of all addresses together. */
const MAX_OPEN = 1000

/** Wrong passwords after which a login is over, beside what the host counts by address. */
const MAX_FAILURES = 5

const SECRET_BYTES = 32

/** What a client says of itself is shown to a person: a line of it. */
const MAX_CLIENT_LENGTH = 120

export interface StartedLogin {
  /** Opens the page, and nothing else. */
  readonly code: string
  /** Fetches the token once it is confirmed; the page never sees it. */
  readonly done: string
}

export type LoginOutcome = { readonly kind: 'waiting' } | { readonly kind: 'token'; token: string }

/**
 * Login by browser, as npm asks for it: a client starts it, a person confirms it on a page, the client fetches the token.
 * Two secrets of 256 bits, of which only hashes are kept; the token is made in the moment it is fetched, so none lies about.
 */
export class LoginService {
  readonly #ports: AccountPorts
  readonly #publishers: PublisherService

  constructor(ports: AccountPorts, publishers: PublisherService) {
    this.#ports = ports
    this.#publishers = publishers
  }

  /** @throws `MKT_LOGINS_FULL` */
  async start(asked: { address: string; client: string | undefined }): Promise<StartedLogin> {
    const [code, done] = [this.#secret(), this.#secret()]
    const createdAt = this.#at()
    await this.#ports.knex.transaction(async (trx) => {
      const { own, all } = await countOpen(trx, asked.address, createdAt)
      if (own >= MAX_OPEN_OF_ADDRESS || all >= MAX_OPEN) {
        throw marketplaceErrors.create('LOGINS_FULL', {}, { retryAfterS: LOGIN_MS / 1000 })
      }
      await insertLogin(trx, {
        codeHash: hashOf(code),
        doneHash: hashOf(done),
        address: asked.address,
        client: shownClient(asked.client),
        createdAt,
        expiresAt: new Date(createdAt.getTime() + LOGIN_MS),
      })
    })
    return { code, done }
  }

  /** Who asks, for the person who is to confirm it. @throws `MKT_LOGIN_GONE` */
  async look(code: string): Promise<OpenLogin> {
    const open = await findOpen(this.#ports.knex, hashOf(code), this.#at())
    if (open === undefined) throw marketplaceErrors.create('LOGIN_GONE')
    return open
  }

  /** @throws `MKT_LOGIN_GONE`, `MKT_LOGIN_REFUSED` */
  async confirm(given: { code: string; name: string; password: string }): Promise<void> {
    const { code, name, password } = given
    await this.look(code)
    try {
      await this.#publishers.requirePassword(name, password)
    } catch (error) {
      if (error instanceof CodedError && error.code === 'MKT_LOGIN_REFUSED') {
        await noteFailure(this.#ports.knex, hashOf(code), MAX_FAILURES)
      }
      throw error
    }
    const confirmed = { codeHash: hashOf(code), publisher: name, at: this.#at() }
    if (!(await confirm(this.#ports.knex, confirmed))) throw marketplaceErrors.create('LOGIN_GONE')
  }

  /** The token is given once. @throws `MKT_LOGIN_GONE` */
  async fetch(done: string, traceId: string): Promise<LoginOutcome> {
    const hash = hashOf(done)
    const at = this.#at()
    const token = await this.#ports.knex.transaction(async (trx) => {
      const publisher = await takeConfirmed(trx, hash, at)
      if (publisher === undefined) return undefined
      return (await issueLogin(trx, this.#ports, { publisher, traceId })).text
    })
    if (token !== undefined) return { kind: 'token', token }
    if (await isWaiting(this.#ports.knex, hash, at)) return { kind: 'waiting' }
    throw marketplaceErrors.create('LOGIN_GONE')
  }

  #secret(): string {
    return this.#ports.randomBytes(SECRET_BYTES).toString('base64url')
  }

  #at(): Date {
    return new Date(this.#ports.now())
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Printable ASCII: what a stranger sends here is read by a person who is asked for a password. */
function shownClient(client: string | undefined): string {
  return (client ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, MAX_CLIENT_LENGTH)
}
