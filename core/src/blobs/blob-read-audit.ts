import type { Knex } from 'knex'
import { insertAuditEntries } from '../audit/audit-store.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { BlobOwner } from './blob-owner.ts'
import type { BlobHead } from './blob-store.ts'

/** Whoever looks into a tenant's files from outside of it leaves a trace: durable before the first byte goes out. */
export function recordRead(
  knex: Knex,
  { actor, traceId }: Caller,
  { tenant, plugin }: BlobOwner,
  { sha256, size, type }: BlobHead,
): Promise<void> {
  const subject = `${plugin} blob ${sha256}`
  const detail = { plugin, sha256, size, type }
  const entry = { tenant, actor, traceId, action: 'blob.read', subject, outcome: 'done', detail }
  return insertAuditEntries(knex, [entry])
}
