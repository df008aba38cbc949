import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { SsoSession } from '../sessions/sso-session-store.ts'

/** What a ticket is good for, and how long in seconds: whoever has it is half a proof on the way to a whole one. */
export const ticketLife = {
  invitation: 7 * 24 * 3600,
  'reset-link': 24 * 3600,
  reset: 30 * 60,
  'second-factor': 5 * 60,
} as const

export type TicketPurpose = keyof typeof ticketLife

export interface Ticket {
  readonly tenant: string
  readonly user: string
  readonly purpose: TicketPurpose
  /** How the user was proven so far. */
  readonly methods: readonly string[]
  /** The provider that has proven him, for the session that is to come. */
  readonly sso?: SsoSession | null
}

/** 256 random bits, of which a plain hash is kept. */
export function makeTicket(): { readonly text: string; readonly hash: Buffer } {
  const text = randomBytes(32).toString('base64url')
  return { text, hash: hashTicket(text) }
}

export function hashTicket(text: string): Buffer {
  return createHash('sha256').update(`ticket ${text}`).digest()
}

/** Those of the same purpose before it are worth nothing from now on. @returns when it is over */
export async function insertTicket(
  trx: Knex,
  { tenant, user, purpose, methods, sso = null }: Ticket,
  hash: Buffer,
): Promise<string> {
  await dropTickets(trx, tenant, user, [purpose])
  const [row] = await trx('sign_in_tickets')
    .insert({
      hash,
      tenant,
      user_id: user,
      purpose,
      methods,
      sso: sso === null ? null : JSON.stringify(sso),
      expires_at: trx.raw('now() + make_interval(secs => ?)', [ticketLife[purpose]]),
    })
    .returning('expires_at')
  return row.expires_at.toISOString()
}

export async function findTicket(
  knex: Knex,
  hash: Buffer,
  purposes: readonly TicketPurpose[],
): Promise<Ticket | undefined> {
  const row = await knex('sign_in_tickets')
    .where({ hash })
    .whereIn('purpose', purposes)
    .where('expires_at', '>', knex.fn.now())
    .first()
  return row === undefined ? undefined : ticketOf(row)
}

/** Used up: of two at once one gets it. */
export async function takeTicket(
  trx: Knex,
  hash: Buffer,
  purposes: readonly TicketPurpose[],
): Promise<Ticket | undefined> {
  const [row] = await trx('sign_in_tickets')
    .where({ hash })
    .whereIn('purpose', purposes)
    .where('expires_at', '>', trx.fn.now())
    .delete()
    .returning('*')
  return row === undefined ? undefined : ticketOf(row)
}

export async function dropTickets(
  trx: Knex,
  tenant: string,
  user: string,
  purposes = Object.keys(ticketLife) as readonly TicketPurpose[],
): Promise<void> {
  await trx('sign_in_tickets')
    .where({ tenant, user_id: user })
    .whereIn('purpose', purposes)
    .delete()
}

/** Of those whose address is about to be another one: a link that was sent to the one before is not for who has the new one. */
export async function dropTicketsOfMoved(
  trx: Knex,
  tenant: string,
  users: readonly { readonly login: string; readonly email: string | null }[],
): Promise<void> {
  await trx.raw(
    `delete from sign_in_tickets t using users u, unnest(:logins::text[], :emails::text[]) as n(login, email)
     where u.tenant = :tenant and u.login = n.login and u.email is distinct from n.email
       and t.tenant = u.tenant and t.user_id = u.id`,
    { tenant, logins: users.map(({ login }) => login), emails: users.map(({ email }) => email) },
  )
}

/** Who was half in by a provider's proof, and has been signed out there. */
export async function dropSsoTickets(
  trx: Knex,
  { tenant, issuer }: Pick<SsoSession, 'tenant' | 'issuer'>,
  { sid, subject }: { readonly sid: string | undefined; readonly subject: string | undefined },
): Promise<void> {
  const meant = trx('sign_in_tickets').where({ tenant }).whereRaw("sso ->> 'issuer' = ?", [issuer])
  if (sid !== undefined) meant.whereRaw("sso ->> 'sid' = ?", [sid])
  if (subject !== undefined) meant.whereRaw("sso ->> 'subject' = ?", [subject])
  await meant.delete()
}

export async function sweepTickets(knex: Knex, limit: number): Promise<number> {
  const old = knex('sign_in_tickets').where('expires_at', '<', knex.fn.now()).limit(limit)
  return knex('sign_in_tickets').whereIn('hash', old.select('hash')).delete()
}

function ticketOf(row: {
  tenant: string
  user_id: string
  purpose: TicketPurpose
  methods: string[]
  sso: SsoSession | null
}): Ticket {
  const { tenant, user_id: user, purpose, methods, sso } = row
  return { tenant, user, purpose, methods, sso }
}
