import type { Knex } from 'knex'

/** A session that a provider's proof began: it can be ended from there. */
export interface SsoSession {
  readonly tenant: string
  readonly connection: string
  readonly issuer: string
  readonly subject: string
  readonly sid: string | null
}

export async function insertSsoSession(trx: Knex, session: string, of: SsoSession): Promise<void> {
  await trx('sso_sessions').insert({ session, ...of })
}

export async function findSsoSession(knex: Knex, session: string): Promise<SsoSession | undefined> {
  const row = await knex('sso_sessions').where({ session }).first()
  if (row === undefined) return undefined
  const { tenant, connection, issuer, subject, sid } = row
  return { tenant, connection, issuer, subject, sid }
}

/** Those that the provider means: of one of its sessions, or all of somebody. @returns how many ended */
export async function endSsoSessions(
  trx: Knex,
  { tenant, issuer }: Pick<SsoSession, 'tenant' | 'issuer'>,
  { sid, subject }: { readonly sid: string | undefined; readonly subject: string | undefined },
): Promise<number> {
  const meant = trx('sso_sessions').where({ tenant, issuer }).select('session')
  if (sid !== undefined) meant.where({ sid })
  if (subject !== undefined) meant.where({ subject })
  return trx('sessions')
    .whereIn('id', meant)
    .whereNull('ended_at')
    .update({ ended_at: trx.fn.now() })
}
