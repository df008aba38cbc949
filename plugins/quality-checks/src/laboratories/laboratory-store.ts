import type { Context, EventWish, SqlValue, Statement } from '@signalbox/sdk'
import type { Place } from '../calls/page-place.ts'
import type { FailingReport } from './hold-failing-lot.ts'
import type { PlanLimits } from './judge-report.ts'
import type { JudgedResult, LaboratoryReport } from './laboratory-report.ts'

export type LaboratoryPort = Pick<Context, 'db' | 'tenant'>

export type MessageState = 'stored' | 'parked' | 'duplicate' | 'refused'

export interface Message {
  readonly laboratory: string
  readonly message: string
  readonly origin: 'webhook' | 'event'
  readonly receivedAt: string
  readonly raw: unknown
}

/** What became of a message. */
export interface Outcome {
  readonly state: MessageState
  readonly report?: string
  readonly lot?: string
  readonly code?: string
  readonly problem?: string
}

export interface MessageRow extends Message {
  readonly state: MessageState
  readonly report: string | null
  readonly lot: string | null
  readonly code: string | null
  readonly problem: string | null
}

/** What was sent is not in a list. */
export type ListedMessage = Omit<MessageRow, 'raw'>

const columns = `laboratory, message, origin, received_at as "receivedAt", raw, state, report, lot, code, problem`

export async function findMessage(
  { db, tenant }: LaboratoryPort,
  laboratory: string,
  message: string,
): Promise<MessageRow | undefined> {
  const { rows } = await db.query<MessageRow>(
    `select ${columns} from laboratory_messages where tenant = $1 and laboratory = $2 and message = $3`,
    [tenant, laboratory, message],
  )
  return rows[0]
}

export async function findParked(
  { db, tenant }: LaboratoryPort,
  lot: string,
): Promise<readonly MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select ${columns} from laboratory_messages where tenant = $1 and lot = $2 and state = 'parked'
     order by received_at, message limit 100`,
    [tenant, lot],
  )
  return rows
}

/** The newest first. */
export async function listMessages(
  { db, tenant }: LaboratoryPort,
  filter: { readonly state?: MessageState; readonly lot?: string },
  page: { readonly limit: number; readonly after?: Place },
): Promise<readonly ListedMessage[]> {
  const { at = null, id: message = null } = page.after ?? {}
  const { rows } = await db.query<ListedMessage>(
    `select laboratory, message, origin, received_at as "receivedAt", state, report, lot, code, problem
     from laboratory_messages where tenant = $1 and ($2::text is null or state = $2) and ($3::text is null or lot = $3)
       and ($4::timestamptz is null or (received_at, message) < ($4, $5))
     order by received_at desc, message desc limit $6`,
    [tenant, filter.state ?? null, filter.lot ?? null, at, message, page.limit],
  )
  return rows
}

/** The digest of what was stored of a report; null where there is none. */
export async function storedDigest(
  { db, tenant }: LaboratoryPort,
  { laboratory, report }: Pick<LaboratoryReport, 'laboratory' | 'report'>,
): Promise<string | null> {
  const { rows } = await db.query<{ digest: string }>(
    'select digest from laboratory_results where tenant = $1 and laboratory = $2 and report = $3 limit 1',
    [tenant, laboratory, report],
  )
  return rows[0]?.digest ?? null
}

export interface KnownLot {
  readonly item: string
  /** Released already. */
  readonly accepted: number
  readonly limits: PlanLimits
}

interface LimitRow {
  readonly item: string
  readonly accepted: number
  readonly characteristics: readonly {
    readonly id: string
    readonly unit?: string
    readonly lsl?: number
    readonly usl?: number
  }[]
}

/** The lot, how much of it is released, and the limits of the plan that it was inspected by last. */
export async function findLot(
  { db, tenant }: LaboratoryPort,
  lot: string,
): Promise<KnownLot | undefined> {
  const { rows } = await db.query<LimitRow>(
    `select l.item,
       coalesce((select sum(i.accepted) from inspections i where i.tenant = l.tenant and i.lot = l.lot), 0)::float8 as accepted,
       coalesce((select p.definition->'characteristics' from inspections i join inspection_plans p
         on p.tenant = i.tenant and p.plan = i.plan and p.version = i.plan_version
         where i.tenant = l.tenant and i.lot = l.lot order by i.created_at desc limit 1), '[]') as characteristics
     from lots l where l.tenant = $1 and l.lot = $2`,
    [tenant, lot],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const limits = new Map(
    row.characteristics.map(({ id, unit = null, lsl = null, usl = null }) => [
      id,
      { unit, lower: lsl, upper: usl },
    ]),
  )
  return { item: row.item, accepted: row.accepted, limits }
}

/** Reports that fail a lot. */
export async function findFailing(
  { db, tenant }: LaboratoryPort,
  lot: string,
): Promise<readonly FailingReport[]> {
  const { rows } = await db.query<FailingReport>(
    `select laboratory, report, lot, array_agg(distinct characteristic) as characteristics from laboratory_results
      where tenant = $1 and lot = $2 and passed = false group by laboratory, report, lot
      order by laboratory, report limit 50`,
    [tenant, lot],
  )
  return rows
}

export async function saveOutcome(
  { db, tenant }: LaboratoryPort,
  message: Message,
  outcome: Outcome,
): Promise<void> {
  await db.transaction([outcomeStatement(tenant, message, outcome)])
}

/** The message, its results and the event that tells of them, all or none. */
export async function saveReport(
  { db, tenant }: LaboratoryPort,
  message: Message,
  report: LaboratoryReport,
  results: readonly JudgedResult[],
  told: { readonly digest: string; readonly event: EventWish },
): Promise<void> {
  const { digest, event } = told
  const { lot } = report
  const outcome = { state: 'stored', report: report.report, lot } as const
  const rows = results.map((result, position) => resultValues(result, position))
  const insert: Statement = {
    sql: `insert into laboratory_results (tenant, laboratory, report, lot, reported_at, digest, position, characteristic, value, finding,
        unit, reported_value, reported_unit, lower_limit, upper_limit, passed, method, uncertainty)
      select $1, $2, $3, $4, $5, $7, r.position, r.characteristic, r.value, r.finding, r.unit, r.reported_value, r.reported_unit,
        r.lower_limit, r.upper_limit, r.passed, r.method, r.uncertainty
      from jsonb_to_recordset($6::jsonb) as r (position integer, characteristic text, value float8, finding text, unit text,
        reported_value float8, reported_unit text, lower_limit float8, upper_limit float8, passed boolean, method text,
        uncertainty float8)`,
    parameters: [
      ...[tenant, report.laboratory, report.report, lot, report.reportedAt],
      JSON.stringify(rows),
      digest,
    ],
    rows: rows.length,
  }
  await db.transaction([insert, outcomeStatement(tenant, message, outcome)], { events: [event] })
}

function resultValues(one: JudgedResult, position: number): Record<string, SqlValue> {
  return {
    ...{ position, characteristic: one.characteristic, value: one.value, finding: one.text },
    ...{ unit: one.unit, reported_value: one.reportedValue, reported_unit: one.reportedUnit },
    ...{ lower_limit: one.lower, upper_limit: one.upper, passed: one.passed },
    ...{ method: one.method, uncertainty: one.uncertainty },
  }
}

function outcomeStatement(tenant: string, message: Message, outcome: Outcome): Statement {
  const { report = null, lot = null, code = null, problem = null } = outcome
  return {
    sql: `insert into laboratory_messages (tenant, laboratory, message, origin, received_at, raw, state, report, lot,
        code, problem)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      on conflict (tenant, laboratory, message) do update set state = excluded.state, report = excluded.report,
        lot = excluded.lot, code = excluded.code, problem = excluded.problem
      -- The same message at the same time twice: the second one finds the report of the first.
      where laboratory_messages.state <> 'stored'`,
    parameters: [
      ...[tenant, message.laboratory, message.message, message.origin, message.receivedAt],
      ...[JSON.stringify(message.raw), outcome.state, report, lot, code, problem],
    ],
  }
}
