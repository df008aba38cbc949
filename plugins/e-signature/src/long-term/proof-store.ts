import type { Context, Statement } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'

type ProofPort = Pick<Context, 'db' | 'tenant' | 'now'>

export interface DocumentOf {
  readonly envelope: string
  readonly document: string
}

/** So many a run; what is left is found by the next. */
const BATCH = 20

/** Documents below the level of their policy, and such whose last time stamp ends; those that failed wait until it is their turn. */
export async function dueDocuments(ctx: ProofPort): Promise<readonly DocumentOf[]> {
  const { rows } = await ctx.db.query<DocumentOf>(
    `select d.envelope, d.document from (
        select e.tenant, e.envelope, u.document, e.changed_at from envelopes e
          cross join lateral jsonb_array_elements_text(e.details -> 'upgrades') as u (document)
          where e.tenant = $1 and e.has_upgrades and e.state not in ('sent', 'partly-signed')
        union
        select p.tenant, p.envelope, p.document, p.changed_at from document_proofs p where p.tenant = $1 and p.due_at <= $2
      ) d
      left join document_proofs p on p.tenant = d.tenant and p.envelope = d.envelope and p.document = d.document
      where p.due_at is null or p.due_at <= $2
      order by coalesce(p.due_at, d.changed_at), d.envelope, d.document limit ${BATCH}`,
    [ctx.tenant, nowText(ctx)],
  )
  const seen = new Map(rows.map((row) => [`${row.envelope} ${row.document}`, row]))
  return [...seen.values()]
}

/**
 * Takes a document on for a quarter of an hour, and twice as long with each time that it failed, up to a day: who fails, or is
 * ended in the middle, keeps the others from nothing.
 * @returns false: somebody else is at it
 */
export async function claimDocument(
  ctx: ProofPort,
  { envelope, document }: DocumentOf,
): Promise<boolean> {
  const { rows } = await ctx.db.query(
    `insert into document_proofs (tenant, envelope, document, due_at, attempts, changed_at)
      values ($1, $2, $3, $4::timestamptz + interval '15 minutes', 1, $4)
      on conflict (tenant, envelope, document) do update set changed_at = excluded.changed_at,
        attempts = document_proofs.attempts + 1,
        due_at = excluded.changed_at + least(900 * power(2, least(document_proofs.attempts, 7)), 86400) * interval '1 second'
        where document_proofs.due_at <= excluded.changed_at
      returning document`,
    [ctx.tenant, envelope, document, nowText(ctx)],
  )
  return rows.length > 0
}

/** A document that is as its policy asks, with nothing that ends. */
const NEVER = '9999-12-31T00:00:00Z'

export interface Standing {
  /** When it is looked at next, RFC 3339. */
  readonly dueAt?: string
  readonly protectedUntil?: string
}

/** A step was made: goes into the transaction of the step. */
export function standingStatement(
  ctx: ProofPort,
  { envelope, document }: DocumentOf,
  { dueAt = NEVER, protectedUntil }: Standing,
): Statement {
  return {
    sql: `insert into document_proofs (tenant, envelope, document, due_at, attempts, protected_until, changed_at)
      values ($1, $2, $3, $4, 0, $5, $6)
      on conflict (tenant, envelope, document) do update set due_at = excluded.due_at, attempts = 0, reason = null, message = null,
        protected_until = coalesce(excluded.protected_until, document_proofs.protected_until), changed_at = excluded.changed_at`,
    parameters: [ctx.tenant, envelope, document, dueAt, protectedUntil ?? null, nowText(ctx)],
  }
}

export async function keepFault(
  ctx: ProofPort,
  { envelope, document }: DocumentOf,
  { reason, message }: { readonly reason: string; readonly message: string },
): Promise<void> {
  await ctx.db.query(
    `update document_proofs set reason = $4, message = $5, changed_at = $6
      where tenant = $1 and envelope = $2 and document = $3`,
    [ctx.tenant, envelope, document, reason, message.slice(0, 1000), nowText(ctx)],
  )
}

/** Somebody mended something: those that failed, all or of one envelope, are tried again now. */
export async function tryAgain(ctx: ProofPort, envelope?: string): Promise<number> {
  const { rowCount } = await ctx.db.query(
    `update document_proofs set due_at = $2, attempts = 0
      where tenant = $1 and reason is not null and ($3::text is null or envelope = $3)`,
    [ctx.tenant, nowText(ctx), envelope ?? null],
  )
  return rowCount
}
