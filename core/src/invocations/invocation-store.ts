import type { Knex } from 'knex'
import type { InvocationHead, KeptFor, RecordedOutcome } from './recording.ts'

/** A kept call as it is stored: what may be read without opening it, and the rest sealed. */
export interface SealedInvocation extends InvocationHead {
  readonly key: string
  readonly sealed: Buffer
}

/** Newest first; `sequence` is the cursor. */
export interface ListedInvocation extends InvocationHead {
  readonly sequence: number
  readonly size: number
}

export async function insertInvocations(
  knex: Knex,
  invocations: readonly SealedInvocation[],
): Promise<void> {
  if (invocations.length === 0) return
  await knex('invocations').insert(
    invocations.map((one) => ({
      id: one.id,
      tenant: one.tenant,
      plugin: one.plugin,
      version: one.version,
      bundle_sha256: one.bundleSha256,
      config_sha256: one.configSha256,
      service: one.service,
      major: one.major,
      operation: one.operation,
      arm: one.arm,
      principal: one.principal,
      trace_id: one.traceId,
      reason: one.reason,
      outcome: one.outcome,
      code: one.code,
      started_at: one.startedAt,
      took_ms: one.tookMs,
      cpu_ms: one.cpuMs,
      peak_heap_mb: one.peakHeapMb,
      bytes_out: one.bytesOut,
      host_calls: one.hostCalls,
      key: one.key,
      sealed: one.sealed,
      size: one.sealed.length,
    })),
  )
}

export async function findInvocation(
  knex: Knex,
  id: string,
): Promise<(ListedInvocation & SealedInvocation) | undefined> {
  const row = await knex('invocations').where({ id }).first()
  return row === undefined ? undefined : { ...headOf(row), key: row.key, sealed: row.sealed }
}

export async function listInvocations(
  knex: Knex,
  filter: {
    tenant: string
    plugin: string | undefined
    version: string | undefined
    before: number | undefined
    limit: number
  },
): Promise<ListedInvocation[]> {
  const { tenant, plugin, version, before, limit } = filter
  const query = knex('invocations')
    .where({ tenant })
    .orderBy('sequence', 'desc')
    .limit(limit)
    .select(headColumns)
  if (plugin !== undefined) query.where({ plugin })
  if (version !== undefined) query.where({ version })
  if (before !== undefined) query.where('sequence', '<', before)
  return (await query).map(headOf)
}

/**
 * Of a version, answered calls of data services in all tenants, newest first, that were not run again for a rollout.
 * Its index is partial, so the words of this condition are those of the migration.
 */
export async function listAnswered(
  knex: Knex,
  filter: { plugin: string; version: string; notReplayedFor: string; limit: number },
): Promise<ListedInvocation[]> {
  const { plugin, version, notReplayedFor, limit } = filter
  const replayed = knex('rollout_shadow_replays')
    .where({ rollout: notReplayedFor })
    .whereRaw('invocation = invocations.id')
  const rows = await knex('invocations')
    .where({ plugin, version })
    .whereRaw("outcome = 'answered' and major > 0")
    .whereNotExists(replayed)
    .orderBy('sequence', 'desc')
    .limit(limit)
    .select(headColumns)
  return rows.map(headOf)
}

export async function deleteInvocation(trx: Knex, tenant: string, id: string): Promise<boolean> {
  return (await trx('invocations').where({ tenant, id }).delete()) === 1
}

/** A bounded bite, so that no lock and no write-ahead log grows with what has gathered. */
export async function deleteInvocationsBefore(
  knex: Knex,
  instant: Date,
  limit: number,
): Promise<number> {
  const old = knex('invocations').where('started_at', '<', instant).limit(limit).select('sequence')
  return knex('invocations').whereIn('sequence', old).delete()
}

/** Deletes the oldest of each tenant that holds more than `maxBytes`. */
export async function deleteInvocationsBeyond(knex: Knex, maxBytes: number): Promise<number> {
  const result = await knex.raw<{ rowCount: number }>(
    `delete from invocations where sequence in (
       select sequence from (
         select sequence, sum(size) over (partition by tenant order by sequence desc) as held
           from invocations
       ) as newest_first where held > ?)`,
    [maxBytes],
  )
  return result.rowCount
}

/** Keys that nothing is sealed by any more, and that are too old to be used again. */
export async function deleteSpentKeys(knex: Knex, madeBefore: Date): Promise<number> {
  return knex('invocation_keys')
    .where('created_at', '<', madeBefore)
    .whereNotExists(
      knex('invocations').select(knex.raw('1')).whereRaw('invocations.key = invocation_keys.id'),
    )
    .delete()
}

const headColumns = [
  'sequence',
  'id',
  'tenant',
  'plugin',
  'version',
  'bundle_sha256',
  'config_sha256',
  'service',
  'major',
  'operation',
  'arm',
  'principal',
  'trace_id',
  'reason',
  'outcome',
  'code',
  'started_at',
  'took_ms',
  'cpu_ms',
  'peak_heap_mb',
  'bytes_out',
  'host_calls',
  'size',
]

function headOf(row: Record<string, unknown>): ListedInvocation {
  const text = (column: string) => row[column] as string
  const number = (column: string) => Number(row[column])
  return {
    sequence: number('sequence'),
    id: text('id'),
    tenant: text('tenant'),
    plugin: text('plugin'),
    version: text('version'),
    bundleSha256: text('bundle_sha256'),
    configSha256: text('config_sha256'),
    service: text('service'),
    major: number('major'),
    operation: text('operation'),
    arm: row.arm as 'stable' | 'canary',
    principal: text('principal'),
    traceId: text('trace_id'),
    reason: row.reason as KeptFor,
    outcome: row.outcome as RecordedOutcome['kind'],
    code: row.code as string | null,
    startedAt: (row.started_at as Date).toISOString(),
    tookMs: number('took_ms'),
    cpuMs: number('cpu_ms'),
    peakHeapMb: number('peak_heap_mb'),
    bytesOut: number('bytes_out'),
    hostCalls: number('host_calls'),
    size: number('size'),
  }
}
