import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { type Change, commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import {
  type App,
  hasTenant,
  hasUnit,
  insertAdminToken,
  insertApp,
  insertTenant,
  revokeAdminToken,
  type Tenant,
} from './identity-store.ts'

/** Who asks, and in which trace. */
export interface Caller {
  readonly actor: string
  readonly traceId: string | null
}

/** Makes tenants, apps and their admins' tokens. */
export class IdentityService {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  async createTenant(caller: Caller, tenant: Tenant): Promise<{ tenant: Tenant; token: string }> {
    const token = makeAdminToken()
    await this.#change(caller, 'tenant.created', tenant.id, tenant.id, async (trx) => {
      if (!(await insertTenant(trx, tenant))) {
        throw coreErrors.create('TENANT_EXISTS', { tenant: tenant.id })
      }
      await insertAdminToken(trx, { ...token.row, tenant: tenant.id, label: 'first admin' })
    })
    return { tenant, token: token.text }
  }

  async createAdminToken(
    caller: Caller,
    tenant: string,
    label: string,
  ): Promise<{ id: string; token: string }> {
    const token = makeAdminToken()
    await this.#change(caller, 'token.created', token.row.id, tenant, async (trx) => {
      await this.#requireTenant(trx, tenant)
      await insertAdminToken(trx, { ...token.row, tenant, label })
    })
    return { id: token.row.id, token: token.text }
  }

  /** In force at once, on every node: tokens are looked up at each request. */
  async revokeAdminToken(caller: Caller, tenant: string, id: string): Promise<void> {
    await this.#change(caller, 'token.revoked', id, tenant, async (trx) => {
      if (!(await revokeAdminToken(trx, tenant, id))) {
        throw coreErrors.create('TOKEN_MISSING', { tenant, token: id })
      }
    })
  }

  async createApp(caller: Caller, app: App): Promise<App> {
    await this.#change(caller, 'app.created', app.id, app.tenant, async (trx) => {
      await this.#requireTenant(trx, app.tenant)
      if (app.unit !== null) await this.#requireUnit(trx, app.tenant, app.unit)
      if (!(await insertApp(trx, app))) {
        throw coreErrors.create('APP_EXISTS', { tenant: app.tenant, app: app.id })
      }
    })
    return app
  }

  async #change(
    caller: Caller,
    action: string,
    subject: string,
    tenant: string,
    work: (trx: Knex.Transaction) => Promise<void>,
  ): Promise<void> {
    const change: Change = { ...caller, action, subject, tenant }
    await commitChange(this.#knex, change, work)
  }

  async #requireTenant(trx: Knex, tenant: string): Promise<void> {
    if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
  }

  async #requireUnit(trx: Knex, tenant: string, unit: string): Promise<void> {
    if (!(await hasUnit(trx, tenant, unit)))
      throw coreErrors.create('UNIT_MISSING', { tenant, unit })
  }
}

/** 256 random bits behind a prefix that secret scanners can find. */
function makeAdminToken(): { text: string; row: { id: string; hash: Buffer } } {
  const text = `sba_${randomBytes(32).toString('base64url')}`
  return { text, row: { id: `tok_${randomBytes(8).toString('hex')}`, hash: hashToken(text) } }
}

export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
