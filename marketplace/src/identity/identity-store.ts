import { createHash } from 'node:crypto'
import type { Knex } from 'knex'

/** The only place with SQL for marketplace_identity. */

/** Bytes of the random id that makes a marketplace itself and no other. */
const IDENTITY_BYTES = 32

/**
 * What installed versions carry to say which marketplace they came from. The first publish makes the
 * identity; of two at once, the second waits for the first and takes its.
 */
export async function ensureFingerprint(
  trx: Knex.Transaction,
  randomBytes: (count: number) => Buffer,
  at: Date,
): Promise<string> {
  const known = await findFingerprint(trx)
  if (known !== undefined) return known
  const id = randomBytes(IDENTITY_BYTES)
  const fingerprint = `SHA256:${createHash('sha256').update(id).digest('base64url')}`
  await trx('marketplace_identity')
    .insert({ singleton: true, id, fingerprint, created_at: at })
    .onConflict('singleton')
    .ignore()
  return (await findFingerprint(trx)) ?? fingerprint
}

async function findFingerprint(trx: Knex): Promise<string | undefined> {
  const row = await trx('marketplace_identity').first<{ fingerprint: string } | undefined>(
    'fingerprint',
  )
  return row?.fingerprint
}
