import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasConsent, insertConsent } from './terms-store.ts'

/** Terms that were accepted once hold for every version that has the same; others are accepted anew. */
export async function requireTerms(
  trx: Knex.Transaction,
  { actor }: Caller,
  { plugin, version }: { plugin: string; version: string },
  hash: string,
  accepted: string | undefined,
): Promise<void> {
  if (accepted === undefined && (await hasConsent(trx, plugin, hash))) return
  if (accepted !== hash) throw coreErrors.create('TERMS_NOT_ACCEPTED', { plugin, version, hash })
  await insertConsent(trx, { plugin, hash, version, acceptedBy: actor })
}
