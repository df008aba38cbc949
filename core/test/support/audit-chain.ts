import type { Knex } from 'knex'
import type { Test } from 'tap'
import { insertAuditEntries } from '../../src/audit/audit-store.ts'
import { Sequencer } from '../../src/audit/sequencer.ts'
import { type VerifiedPart, verifyChain } from '../../src/audit/verify-chain.ts'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { HostSigner } from '../../src/sealing/host-signer.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from './postgres.ts'
import { keyFile } from './sealing.ts'

const silent = { info: () => undefined, warn: () => undefined }

/** A database with a chain in it, and a host that seals and signs it. */
export class AuditRoom {
  readonly knex: Knex
  readonly signer: HostSigner
  readonly sequencer: Sequencer

  private constructor(knex: Knex, signer: HostSigner) {
    this.knex = knex
    this.signer = signer
    this.sequencer = new Sequencer({ knex, signer, now: Date.now, log: silent })
  }

  static async open(t: Test): Promise<AuditRoom> {
    const { hostUrl } = await testDatabases(t)
    const knex = createKnex(hostUrl)
    t.teardown(() => knex.destroy())
    return new AuditRoom(knex, await signerOf(t, knex))
  }

  /** Writes, seals. */
  async sealed(tenant: string | null, count: number, more: object = {}): Promise<void> {
    await insertAuditEntries(
      this.knex,
      Array.from({ length: count }, (_, n) => entry(tenant, `thing-${n}`, more)),
    )
    await this.sequencer.seal()
  }

  /** Their ids, in the order of their numbers. */
  async entries(chain: string): Promise<readonly number[]> {
    const rows = await this.knex('audit_seals').where({ chain }).orderBy('number')
    return rows.map((row) => Number(row.entry))
  }

  async verify(chain: string): Promise<VerifiedPart> {
    const ask = { chain, after: undefined, limit: 100_000 }
    return verifyChain(this.knex, await this.signer.publicKeys(), ask)
  }

  /** As somebody who owns the database: its triggers do not stop them. */
  async asOwner(...statements: string[]): Promise<void> {
    await this.knex.transaction(async (trx) => {
      await trx.raw("set local session_replication_role = 'replica'")
      for (const statement of statements) await trx.raw(statement)
    })
  }
}

export async function signerOf(t: Test, knex: Knex): Promise<HostSigner> {
  const hostKeys = new HostKeys({ file: await keyFile(t), setting: 'SIGNALBOX_KEY_FILE' })
  return new HostSigner({ knex, hostKeys })
}

export const entry = (tenant: string | null, subject: string, more: object = {}) => ({
  tenant,
  actor: 'operator',
  action: 'thing.change',
  subject,
  outcome: 'done',
  traceId: null,
  detail: { z: 1, a: [0.1, 1e21, 'ä€😀'] },
  ...more,
})

/** As if entries had been written then: the database lets only its owner say so. */
export async function atAnotherTime(knex: Knex, which: object, at: Date): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = 'replica'")
    await trx('audit_entries').where(which).update({ at })
  })
}
