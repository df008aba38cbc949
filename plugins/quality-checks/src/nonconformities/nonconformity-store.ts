import type { Context, EventWish, SqlValue, Statement } from '@signalbox/sdk'
import { isOutrun } from '../calls/again.ts'
import type { Nonconformity, Step, SupplierRequest } from './nonconformity.ts'
import {
  type NonconformityRow,
  nonconformityOf,
  requestParameters,
  stepParameters,
} from './nonconformity-rows.ts'

export type StorePort = Pick<Context, 'db' | 'tenant'>

export interface LogEntry {
  readonly at: string
  readonly by: string
  readonly command: string
  readonly details: Readonly<Record<string, SqlValue>>
}

const whole = `
  select n.id, n.number, n.state, n.severity, n.title, n.lot, n.item, n.supplier, n.defect, n.quantity, n.unit, n.owner,
    n.eight_d, n.opened_at, n.closed_at, n.revision, n.dispositions, n.verification,
    (select coalesce(jsonb_agg(to_jsonb(s) order by s.step), '[]') from eight_d_steps s
      where s.tenant = n.tenant and s.nonconformity = n.id) as steps,
    (select coalesce(jsonb_agg(to_jsonb(r) order by r.issued_at, r.id), '[]') from supplier_requests r
      where r.tenant = n.tenant and r.nonconformity = n.id) as requests
  from nonconformities n`

/** By its id or its number. */
export async function findNonconformity(
  { db, tenant }: StorePort,
  id: string,
): Promise<Nonconformity | undefined> {
  const { rows } = await db.query<NonconformityRow>(
    `${whole} where n.tenant = $1 and (n.id = $2 or n.number = $2)`,
    [tenant, id],
  )
  return rows[0] === undefined ? undefined : nonconformityOf(rows[0])
}

export async function findByRequest(
  { db, tenant }: StorePort,
  request: string,
): Promise<Nonconformity | undefined> {
  const { rows } = await db.query<NonconformityRow>(
    `${whole} where n.tenant = $1 and n.id in
      (select r.nonconformity from supplier_requests r where r.tenant = $1 and r.id = $2)`,
    [tenant, request],
  )
  return rows[0] === undefined ? undefined : nonconformityOf(rows[0])
}

/** Those of a supplier and item whose action waits to be shown to work. */
export async function findVerifying(
  { db, tenant }: StorePort,
  supplier: string,
  item: string,
): Promise<readonly Nonconformity[]> {
  const { rows } = await db.query<NonconformityRow>(
    `${whole} where n.tenant = $1 and n.supplier = $2 and n.item = $3 and n.state = 'verifying' order by n.id limit 100`,
    [tenant, supplier, item],
  )
  return rows.map(nonconformityOf)
}

/**
 * Keeps a new one under the next number of its series, all or none.
 * @returns false where one was opened for that source already
 */
export async function insertNonconformity(
  { db, tenant }: StorePort,
  one: Omit<Nonconformity, 'number'>,
  origin: { readonly source: string; readonly by: string; readonly events: readonly EventWish[] },
): Promise<boolean> {
  const { source, by, events } = origin
  const series = `NCR-${one.openedAt.slice(0, 4)}`
  const insert: Statement = {
    // A number is taken only where a row is made: one that is told twice leaves no gap.
    sql: `with numbered as (
        insert into quality_numbers (tenant, series, last)
        select $1, $2, 1 where not exists (select from nonconformities where tenant = $1 and source = $4)
        on conflict (tenant, series) do update set last = quality_numbers.last + 1 returning last
      )
      insert into nonconformities (tenant, id, number, source, state, severity, title, lot, item, supplier, defect, quantity,
        unit, owner, eight_d, opened_at, changed_at, revision, dispositions, verification)
      select $1, $3, $2 || '-' || lpad(last::text, 4, '0'), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16,
        1, '[]', $17 from numbered
      on conflict do nothing`,
    parameters: [
      ...[tenant, series, one.id, source, one.state, one.severity, one.title, one.lot, one.item],
      ...[one.supplier, one.defect, one.quantity, one.unit, one.owner, one.eightD, one.openedAt],
      JSON.stringify(one.verification),
    ],
    rows: 1,
  }
  const log: LogEntry = { at: one.openedAt, by, command: 'open', details: { source } }
  const steps = one.steps.map((step) => stepStatement(tenant, one.id, step))
  const statements = [insert, ...steps, logStatement(tenant, one, log)]
  return db.transaction(statements, { events }).then(
    () => true,
    (error: { code?: string }) => {
      if (isOutrun(error)) return false
      throw error
    },
  )
}

/** Keeps what a command made of one, unless somebody else was first. @throws CORE_SQL_ROWS_UNEXPECTED */
export async function saveNonconformity(
  { db, tenant }: StorePort,
  before: Nonconformity,
  after: Nonconformity,
  log: LogEntry,
  events: readonly EventWish[] = [],
): Promise<Nonconformity> {
  const saved = { ...after, revision: before.revision + 1 }
  const update: Statement = {
    sql: `update nonconformities set state = $4, owner = $5, eight_d = $6, closed_at = $7, changed_at = $8,
        dispositions = $9, verification = $10, revision = revision + 1
      where tenant = $1 and id = $2 and revision = $3`,
    parameters: [
      ...[tenant, before.id, before.revision, after.state, after.owner, after.eightD],
      ...[after.closedAt, log.at],
      ...[JSON.stringify(after.dispositions), JSON.stringify(after.verification)],
    ],
    rows: 1,
  }
  const steps = after.steps.filter((step) => !before.steps.includes(step))
  const requests = after.requests.filter((request) => !before.requests.includes(request))
  const statements = [
    update,
    ...steps.map((step) => stepStatement(tenant, before.id, step)),
    ...requests.map((request) => requestStatement(tenant, before.id, request)),
    logStatement(tenant, saved, log),
  ]
  await db.transaction(statements, { events })
  return saved
}

function stepStatement(tenant: string, nonconformity: string, step: Step): Statement {
  return {
    sql: `insert into eight_d_steps (tenant, nonconformity, step, state, round, owner, due_at, done_at, done_by, summary,
        evidence, overdue_level)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      on conflict (tenant, nonconformity, step) do update set state = excluded.state, round = excluded.round,
        owner = excluded.owner, due_at = excluded.due_at, done_at = excluded.done_at, done_by = excluded.done_by,
        summary = excluded.summary, evidence = excluded.evidence, overdue_level = excluded.overdue_level`,
    parameters: [tenant, nonconformity, ...stepParameters(step)],
  }
}

function requestStatement(
  tenant: string,
  nonconformity: string,
  request: SupplierRequest,
): Statement {
  return {
    sql: `insert into supplier_requests (tenant, nonconformity, id, supplier, state, round, question, contact, issued_at,
        due_at, first_replied_at, reply, remark, links)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      on conflict (tenant, id) do update set state = excluded.state, round = excluded.round, due_at = excluded.due_at,
        first_replied_at = excluded.first_replied_at, reply = excluded.reply, remark = excluded.remark,
        links = excluded.links,
        -- A new round has a new end.
        overdue_level = case when excluded.round = supplier_requests.round then supplier_requests.overdue_level else 0 end`,
    parameters: [tenant, nonconformity, ...requestParameters(request)],
  }
}

function logStatement(
  tenant: string,
  { id, revision }: Pick<Nonconformity, 'id' | 'revision'>,
  { at, by, command, details }: LogEntry,
): Statement {
  return {
    sql: `insert into nonconformity_log (tenant, nonconformity, revision, at, by, command, details)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    parameters: [tenant, id, revision, at, by, command, JSON.stringify(details)],
  }
}
