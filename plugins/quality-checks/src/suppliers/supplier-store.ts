import type { Context, SqlValue } from '@signalbox/sdk'
import type { DecidedPart, Decision } from './decision.ts'
import type { AskedRequest, Grade, SupplierScore } from './supplier-score.ts'

export type SupplierPort = Pick<Context, 'db' | 'tenant'>

/** Keeps a decision once, and says that scores of its months are to be made anew. */
export async function insertDecision(
  { db, tenant }: SupplierPort,
  one: Decision,
  period: string,
): Promise<void> {
  await db.query(
    `with told as (
       insert into supplier_decisions (tenant, lot, decision, inspection, item, supplier, decided_at, period, final,
         lot_accepted, inspected, nonconforming, accepted, rejected, unit, defects)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
       on conflict do nothing returning period
     ),
     months as (
       select period from told
       union
       select d.period from supplier_decisions d where d.tenant = $1 and d.inspection = $4 and exists (select from told)
     )
     insert into supplier_periods (tenant, supplier, period, revision) select $1, $6, period, 1 from months
     on conflict (tenant, supplier, period) do update set revision = supplier_periods.revision + 1`,
    [
      ...[tenant, one.lot, one.decision, one.inspection, one.item, one.supplier, one.decidedAt],
      ...[period, one.final, one.lotAccepted, one.inspected, one.nonconforming, one.accepted],
      ...[one.rejected, one.unit, JSON.stringify(one.defects)],
    ],
  )
}

/** Says that the score of a month is to be made anew. */
export async function touchPeriod(
  { db, tenant }: SupplierPort,
  supplier: string,
  period: string,
): Promise<void> {
  await db.query(
    `insert into supplier_periods (tenant, supplier, period, revision) values ($1, $2, $3, 1)
     on conflict (tenant, supplier, period) do update set revision = supplier_periods.revision + 1`,
    [tenant, supplier, period],
  )
}

/** Months that an inspection has decisions in. */
export async function periodsOf(
  { db, tenant }: SupplierPort,
  inspection: string,
): Promise<readonly string[]> {
  const { rows } = await db.query<{ period: string }>(
    'select distinct period from supplier_decisions where tenant = $1 and inspection = $2 order by period',
    [tenant, inspection],
  )
  return rows.map(({ period }) => period)
}

interface PeriodFacts {
  readonly decisions: readonly DecidedPart[]
  readonly requests: readonly AskedRequest[]
  readonly revision: number
  /** Scores of up to three assessed months before, newest first. */
  readonly before: readonly number[]
}

/** Of one read; a result has its limits, a month of a supplier none. */
const DECISIONS_AT_ONCE = 4000

/** All that a score is made from. Revision first: what is read after it is at least as new. */
export async function periodFacts(
  ctx: SupplierPort,
  supplier: string,
  period: string,
  span: { readonly from: string; readonly to: string },
): Promise<PeriodFacts> {
  const { db, tenant } = ctx
  const [revisions, requests, before] = await db.transaction<
    [{ revision: number }, AskedRequest, { score: number }]
  >([
    {
      sql: 'select revision from supplier_periods where tenant = $1 and supplier = $2 and period = $3',
      parameters: [tenant, supplier, period],
    },
    {
      sql: `select issued_at as "issuedAt", first_replied_at as "firstRepliedAt" from supplier_requests
        where tenant = $1 and supplier = $2 and state <> 'cancelled' and issued_at >= $3 and issued_at < $4
        order by issued_at limit 500`,
      parameters: [tenant, supplier, span.from, span.to],
    },
    {
      sql: `select score from supplier_scores where tenant = $1 and supplier = $2 and period < $3 and score is not null
        order by period desc limit 3`,
      parameters: [tenant, supplier, period],
    },
  ])
  return {
    decisions: await decisionsOf(ctx, supplier, period),
    requests: requests.rows,
    revision: Number(revisions.rows[0]?.revision ?? 0),
    before: before.rows.map(({ score }) => score),
  }
}

/** Of inspections that have one in the month, all: those of the month before count to their last. */
async function decisionsOf(
  { db, tenant }: SupplierPort,
  supplier: string,
  period: string,
): Promise<readonly DecidedPart[]> {
  const all: DecidedPart[] = []
  for (;;) {
    const last = all.at(-1)
    const { rows } = await db.query<DecidedPart>(
      `select lot, decision, inspection, item, decided_at as "decidedAt", lot_accepted as "lotAccepted",
          inspected, nonconforming, accepted, rejected
        from supplier_decisions where tenant = $1 and supplier = $2 and inspection in
          (select inspection from supplier_decisions where tenant = $1 and supplier = $2 and period = $3)
          and (inspection, decision) > ($4, $5)
        order by inspection, decision limit ${DECISIONS_AT_ONCE}`,
      [tenant, supplier, period, last?.inspection ?? '', last?.decision ?? ''],
    )
    all.push(...rows)
    if (rows.length < DECISIONS_AT_ONCE) return all
  }
}

/** Keeps a score, unless one of a newer revision is there. */
export async function upsertScore(
  { db, tenant }: SupplierPort,
  key: { readonly supplier: string; readonly period: string; readonly revision: number },
  { score, grade, ...details }: SupplierScore,
  at: string,
): Promise<void> {
  const { supplier, period, revision } = key
  await db.query(
    `insert into supplier_scores (tenant, supplier, period, score, grade, details, computed_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant, supplier, period) do update set score = excluded.score, grade = excluded.grade,
       details = excluded.details, computed_at = excluded.computed_at
     where (supplier_scores.details->>'revision')::bigint <= (excluded.details->>'revision')::bigint`,
    [
      ...[tenant, supplier, period, score, grade],
      ...[JSON.stringify({ ...details, revision }), at],
    ] satisfies SqlValue[],
  )
}

/** Months that have something to score, since the given one, in an order of their own. */
export async function scoredSince(
  { db, tenant }: SupplierPort,
  from: string,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<readonly { readonly supplier: string; readonly period: string }[]> {
  const [supplier = '', period = ''] = after ?? []
  const { rows } = await db.query<{ supplier: string; period: string }>(
    `select supplier, period from supplier_periods
     where tenant = $1 and period >= $2 and (supplier, period) > ($3, $4) order by supplier, period limit $5`,
    [tenant, from, supplier, period, limit],
  )
  return rows
}

export interface RankedScore {
  readonly supplier: string
  readonly period: string
  readonly score: number | null
  readonly grade: Grade | null
  readonly ppm: number | null
  readonly lotAcceptance: number | null
  readonly responseDays: number | null
  readonly lots: number
  readonly computedAt: string
}

/** Best first; those without a score last. */
export async function rankedScores(
  { db, tenant }: SupplierPort,
  period: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly RankedScore[]> {
  const { rows } = await db.query<RankedScore>(
    `select supplier, period, score, grade, (details->>'ppm')::float8 as ppm,
       (details->>'lotAcceptance')::float8 as "lotAcceptance", (details->>'responseDays')::float8 as "responseDays",
       (details->>'lots')::integer as lots, computed_at as "computedAt"
     from supplier_scores where tenant = $1 and period = $2
     order by score desc nulls last, supplier limit $3 offset $4`,
    [tenant, period, page.limit, page.offset],
  )
  return rows
}
