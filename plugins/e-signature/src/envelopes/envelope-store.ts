import type { Context, SqlValue, Statement } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { type Entry, linked } from '../evidence/chain.ts'
import type { Change } from './change.ts'
import { hasWork } from './commands.ts'
import { type Envelope, type EnvelopeDocument, type Recipient, without } from './envelope.ts'
import { isOpen } from './envelope-states.ts'

export type StorePort = Pick<Context, 'db' | 'tenant' | 'now' | 'hash'>

interface EnvelopeRow {
  readonly details: Omit<Envelope, 'recipients' | 'documents' | 'revision'>
  readonly revision: number
  readonly recipients: readonly Recipient[]
  readonly documents: readonly (Omit<EnvelopeDocument, 'plan'> & { readonly plan?: unknown })[]
}

/** Plans are large: they come only where something is signed. */
const whole = (plan: boolean) => `
  select e.details, e.revision,
    (select coalesce(jsonb_agg(r.details order by r.position), '[]') from envelope_recipients r
      where r.tenant = e.tenant and r.envelope = e.envelope) as recipients,
    (select coalesce(jsonb_agg(d.details${plan ? " || jsonb_build_object('plan', d.plan)" : ''} order by d.position), '[]')
      from envelope_documents d where d.tenant = e.tenant and d.envelope = e.envelope) as documents
  from envelopes e`

export async function findEnvelope(
  { db, tenant }: Pick<StorePort, 'db' | 'tenant'>,
  by: { readonly envelope: string } | { readonly orderId: string },
): Promise<Envelope | undefined> {
  const [where, value] =
    'envelope' in by ? ['e.envelope = $2', by.envelope] : ['e.order_id = $2', by.orderId]
  const { rows } = await db.query<EnvelopeRow>(
    `${whole(false)} where e.tenant = $1 and ${where} order by e.created_at desc, e.envelope limit 1`,
    [tenant, value],
  )
  return rows[0] === undefined ? undefined : envelopeOf(rows[0])
}

/** @throws Refusal ENVELOPE_UNKNOWN */
export async function requireEnvelope(
  ctx: Pick<StorePort, 'db' | 'tenant'>,
  envelope: string,
  withPlans = false,
): Promise<Envelope> {
  const { rows } = await ctx.db.query<EnvelopeRow>(
    `${whole(withPlans)} where e.tenant = $1 and e.envelope = $2`,
    [ctx.tenant, envelope],
  )
  if (rows[0] === undefined) throw unknownEnvelope(envelope)
  return envelopeOf(rows[0])
}

function unknownEnvelope(envelope: string): Refusal {
  return new Refusal('ENVELOPE_UNKNOWN', `There is no envelope ${envelope}.`)
}

export function envelopeOf({ details, revision, recipients, documents }: EnvelopeRow): Envelope {
  return { ...details, revision, recipients, documents: documents as Envelope['documents'] }
}

/** Keeps a new one. @returns false where there is one of that id already */
export async function insertEnvelope(
  ctx: StorePort,
  { envelope, notes, events }: Change,
  more: readonly Statement[],
): Promise<boolean> {
  const { tenant } = ctx
  const at = nowText(ctx)
  const { entries, head } = linked(envelope.head, notes, scene(ctx, envelope, at))
  const kept = { ...envelope, head }
  const insert: Statement = {
    sql: `insert into envelopes (tenant, envelope, title, state, order_id, expires_at, remind_at, has_work, has_upgrades,
        created_at, changed_at, revision, details)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1, $11) on conflict do nothing`,
    parameters: [...columns(tenant, kept), at, details(kept)],
    rows: 1,
  }
  const statements = [insert, ...parts(tenant, kept), entriesStatement(tenant, entries), ...more]
  return ctx.db.transaction(statements, { events }).then(
    () => true,
    (error: { code?: string }) => {
      if (error.code === 'CORE_SQL_ROWS_UNEXPECTED') return false
      throw error
    },
  )
}

/**
 * Keeps what a command made of an envelope with its evidence and its events, unless somebody else was first.
 * @throws CORE_SQL_ROWS_UNEXPECTED
 */
export async function saveEnvelope(
  ctx: StorePort,
  before: Envelope,
  { envelope, notes, events }: Change,
  more: readonly Statement[] = [],
): Promise<Envelope> {
  const { tenant } = ctx
  const at = nowText(ctx)
  const { entries, head } = linked(before.head, notes, scene(ctx, envelope, at))
  const kept: Envelope = { ...envelope, head, revision: before.revision + 1 }
  const update: Statement = {
    sql: `update envelopes set title = $3, state = $4, order_id = $5, expires_at = $6, remind_at = $7, has_work = $8,
        has_upgrades = $9, changed_at = $10, details = $11, revision = revision + 1
      where tenant = $1 and envelope = $2 and revision = $12`,
    parameters: [...columns(tenant, kept), at, details(kept), before.revision],
    rows: 1,
  }
  const evidence = entries.length === 0 ? [] : [entriesStatement(tenant, entries)]
  await ctx.db.transaction([update, ...parts(tenant, kept), ...evidence, ...more], { events })
  return kept
}

/**
 * Reads, decides and keeps, anew where somebody was quicker.
 * @param decide what is kept; undefined: nothing is
 * @param seen as it was read just now, with its plans: what is decided first
 */
export async function changeEnvelope(
  ctx: StorePort,
  id: string,
  decide: (envelope: Envelope) => Change | undefined,
  more: (change: Change) => readonly Statement[] = () => [],
  seen?: Envelope,
): Promise<Envelope> {
  let known = seen
  return again(async () => {
    const before = known ?? (await requireEnvelope(ctx, id, seen !== undefined))
    known = undefined
    const change = decide(before)
    return change === undefined ? before : saveEnvelope(ctx, before, change, more(change))
  })
}

/** @throws Refusal ENVELOPE_CHANGED where the caller saw an older one */
export function requireRevision({ envelope, revision }: Envelope, seen: number | undefined): void {
  if (seen === undefined || seen === revision) return
  throw new Refusal(
    'ENVELOPE_CHANGED',
    `Envelope ${envelope} has revision ${revision} by now, not ${seen}: read it again.`,
  )
}

function columns(tenant: string, envelope: Envelope): readonly SqlValue[] {
  const { title, state, orderId = null, expiresAt } = envelope
  return [
    ...[tenant, envelope.envelope, title, state, orderId, expiresAt, remindAt(envelope)],
    ...[hasWork(envelope), envelope.upgrades.length > 0],
  ]
}

const DAY_MS = 86_400_000

/** When the first of those whose turn it is should be reminded. */
function remindAt({ state, policy, recipients }: Envelope): string | null {
  if (!isOpen(state)) return null
  const due = recipients.flatMap((one) => {
    const told = one.remindedAt ?? one.notifiedAt
    const waits = (one.state === 'notified' || one.state === 'viewed') && one.signing === undefined
    return waits && told !== undefined && one.reminders < policy.maxReminders
      ? [Date.parse(told)]
      : []
  })
  return due.length === 0
    ? null
    : new Date(Math.min(...due) + policy.remindDays * DAY_MS).toISOString()
}

function details(envelope: Envelope): string {
  return JSON.stringify(without(envelope, 'recipients', 'documents', 'revision'))
}

function parts(
  tenant: string,
  { envelope, recipients, documents }: Envelope,
): readonly Statement[] {
  const people: Statement = {
    sql: `insert into envelope_recipients (tenant, envelope, recipient, position, name, organisation, account, state, details)
      select $1, $2, r.details ->> 'recipient', r.position::int, r.details ->> 'name', r.details ->> 'organisation',
        r.details ->> 'user', r.details ->> 'state', r.details
      from jsonb_array_elements($3::jsonb) with ordinality as r (details, position)
      on conflict (tenant, envelope, recipient) do update set position = excluded.position, name = excluded.name,
        organisation = excluded.organisation, account = excluded.account, state = excluded.state, details = excluded.details`,
    parameters: [tenant, envelope, JSON.stringify(recipients)],
  }
  const files: Statement = {
    sql: `insert into envelope_documents (tenant, envelope, document, position, sha256, details, plan)
      select $1, $2, d.one ->> 'document', d.position::int, d.one ->> 'sha256', d.one - 'plan', d.one -> 'plan'
      from jsonb_array_elements($3::jsonb) with ordinality as d (one, position)
      on conflict (tenant, envelope, document) do update set sha256 = excluded.sha256, details = excluded.details,
        plan = coalesce(excluded.plan, envelope_documents.plan)`,
    parameters: [tenant, envelope, JSON.stringify(documents)],
  }
  return [people, files]
}

function entriesStatement(tenant: string, entries: readonly Entry[]): Statement {
  return {
    sql: `insert into evidence (tenant, envelope, seq, at, what, who, data, previous, hash)
      select $1, e.envelope, e.seq, e.at, e.what, e.who, e.data, e.previous, e.hash
      from jsonb_to_recordset($2::jsonb) as e (envelope text, seq int, at timestamptz, what text, who text, data jsonb,
        previous text, hash text)`,
    parameters: [tenant, JSON.stringify(entries)],
  }
}

function scene({ hash }: StorePort, { envelope }: Envelope, at: string) {
  return { envelope, at, hash }
}

/** A revision of a document, kept beside the one that is newest. */
export function revisionStatement(
  tenant: string,
  row: {
    readonly envelope: string
    readonly document: string
    readonly revision: number
    readonly sha256: string
    readonly size: number
    readonly at: string
    readonly recipient?: string
    readonly field?: string
    readonly level?: string
  },
): Statement {
  const {
    envelope,
    document,
    revision,
    sha256,
    size,
    recipient = null,
    field = null,
    level = null,
  } = row
  return {
    sql: `insert into document_revisions (tenant, envelope, document, revision, sha256, size, recipient, field, level, at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    parameters: [
      tenant,
      envelope,
      document,
      revision,
      sha256,
      size,
      recipient,
      field,
      level,
      row.at,
    ],
  }
}
