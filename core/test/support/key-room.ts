import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Knex } from 'knex'
import type { Test } from 'tap'
import { Broker } from '../../src/broker/broker.ts'
import { EffectAudit } from '../../src/broker/effect-audit.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import type { BlobOf } from '../../src/keys/cms/document.ts'
import type { KeyWish, MadeKey } from '../../src/keys/key-service.ts'
import { type Keys, openKeys } from '../../src/keys/open-keys.ts'
import {
  emptySnapshot,
  type Grant,
  type Snapshot,
  tenantKey,
} from '../../src/rollout/routing/snapshot.ts'
import type { Sealer } from '../../src/sealing/sealer.ts'
import type { TenantKeys } from '../../src/sealing/tenant-keys.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { OpenSsl } from './openssl.ts'
import { testDatabases } from './postgres.ts'
import { version } from './recorded-call.ts'
import { keyFile, nodeKeys } from './sealing.ts'

export const caller = { actor: 'admin:tok_1', traceId: null }

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
export type Answer = any

const signAll = ['cms', 'certificate', 'jwt', 'webhook'].map((usage) => ({
  capability: 'keys:sign',
  usage,
}))

/** Two tenants with a plugin that may sign in both, by the real broker, PostgreSQL and audit; no isolate. */
export class KeyRoom {
  readonly knex: Knex
  readonly keyFile: string
  readonly tenantKeys: TenantKeys
  readonly sealer: Sealer
  readonly keys: Keys
  readonly openssl: OpenSsl
  readonly uses: GrantUse[] = []
  /** Of the host's clock; it stands still otherwise. */
  now = Date.now()
  /** On the clock that budgets are refilled by. */
  msBetweenCalls = 1000
  #monotonic = 0
  blobOf: BlobOf | undefined
  #snapshot: Snapshot = emptySnapshot
  readonly #broker: Broker

  private constructor(knex: Knex, openssl: OpenSsl, file: string) {
    this.knex = knex
    this.keyFile = file
    const { keys: tenantKeys, sealer } = nodeKeys(knex, file)
    this.tenantKeys = tenantKeys
    this.sealer = sealer
    this.openssl = openssl
    const blobOf: BlobOf = async (...named) => this.blobOf?.(...named)
    this.keys = openKeys({ knex, sealer, now: () => this.now })
    const withBlobs = openKeys({ knex, sealer, now: () => this.now, blobOf })
    this.#broker = new Broker({
      snapshot: () => this.#snapshot,
      calls: { ...this.keys.calls, 'keys.signBlob': withBlobs.calls['keys.sign'] as never },
      limiter: new RateLimiter(() => this.#monotonic),
      effects: new EffectAudit(knex),
      onUse: (use) => this.uses.push(use),
    })
  }

  static async open(t: Test): Promise<KeyRoom> {
    const { hostUrl } = await testDatabases(t)
    const knex = createKnex(hostUrl)
    t.teardown(() => knex.destroy())
    await knex('tenants').insert([
      { id: 'acme', name: 'Acme' },
      { id: 'globex', name: 'Globex' },
    ])
    const openssl = await OpenSsl.start(t)
    await openssl.makeAuthority()
    const room = new KeyRoom(knex, openssl, await keyFile(t))
    for (const tenant of ['acme', 'globex']) room.grantAll(tenant)
    return room
  }

  grantAll(tenant: string): void {
    this.grant(tenant, [...signAll, { capability: 'keys:verify' }])
  }

  grant(
    tenant: string,
    held: readonly { readonly capability: string; readonly [name: string]: unknown }[],
  ): void {
    const grants = held.map(
      ({ capability, ...parameters }, index): Grant => ({
        id: `grt_${index}`,
        capability,
        parameters,
      }),
    )
    const key = tenantKey(tenant, version.plugin)
    this.#snapshot = {
      ...this.#snapshot,
      grants: new Map([...this.#snapshot.grants, [key, grants]]),
    }
  }

  /** As an isolate would ask. */
  async ask(
    name: string,
    request: unknown,
    tenant = 'acme',
    plugin = version.plugin,
  ): Promise<Answer> {
    const scope = {
      version: { ...version, plugin },
      tenant,
      principal: { kind: 'app', id: 'app' },
      arm: 'stable',
      traceId: 'trace',
      requestId: 'request',
      deadline: Date.now() + 5000,
      chain: [],
    } as const
    const { signal } = new AbortController()
    this.#monotonic += this.msBetweenCalls
    return JSON.parse(await this.#broker.hostCall(scope, name, JSON.stringify(request), signal))
  }

  make(wish: KeyWish, tenant = 'acme'): Promise<MadeKey> {
    return this.keys.service.create(caller, tenant, wish)
  }

  /** Has the newest version certified. @returns DER */
  async certify(id: string, tenant = 'acme', days = 30): Promise<Buffer> {
    const subject = { commonName: 'Acme seal' }
    const { service } = this.keys
    const request = await service.requestCertificate(caller, tenant, id, subject)
    const chain = await this.openssl.certify(request, days)
    // What openssl calls now is a second that the clock of the room may not have reached.
    this.now = Math.max(this.now, Date.now() + 1000)
    const { versions } = await service.certify(caller, tenant, id, chain)
    return versions.find(({ certificates }) => certificates.length > 0)?.certificates[0] as Buffer
  }

  /** Has a CA key certified by the authority. @returns PEM of its chain, without the authority */
  async certifyAuthority(id: string, tenant = 'acme', days = 30): Promise<string> {
    const { service } = this.keys
    const subject = { commonName: 'Acme signers', organization: 'Acme', country: 'CN' }
    const request = await service.requestCertificate(caller, tenant, id, subject)
    const chain = await this.openssl.certifyAuthority(request, days)
    this.now = Math.max(this.now, Date.now() + 1000)
    await service.certify(caller, tenant, id, chain)
    return chain
  }

  audit(action = 'capability.keys.sign'): Promise<Answer[]> {
    return this.knex('audit_entries').where({ action }).orderBy('id')
  }
}
