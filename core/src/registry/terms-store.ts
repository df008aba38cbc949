import type { Knex } from 'knex'

/** The only place with SQL for terms_consents. */

export interface TermsConsent {
  readonly hash: string
  /** That it was accepted for first. */
  readonly version: string
  readonly acceptedBy: string
  readonly acceptedAt: Date
}

export async function hasConsent(knex: Knex, plugin: string, hash: string): Promise<boolean> {
  return (await knex('terms_consents').where({ plugin, hash }).first('hash')) !== undefined
}

/** Who accepts what somebody accepted already changes nothing. */
export async function insertConsent(
  trx: Knex.Transaction,
  given: { plugin: string; hash: string; version: string; acceptedBy: string },
): Promise<void> {
  const { plugin, hash, version, acceptedBy } = given
  await trx('terms_consents')
    .insert({ plugin, hash, version, accepted_by: acceptedBy })
    .onConflict(['plugin', 'hash'])
    .ignore()
}

/** The newest first; at most 200. */
export async function listConsents(knex: Knex, plugin: string): Promise<TermsConsent[]> {
  return knex('terms_consents')
    .where({ plugin })
    .orderBy('accepted_at', 'desc')
    .limit(200)
    .select('hash', 'version', { acceptedBy: 'accepted_by', acceptedAt: 'accepted_at' })
}
