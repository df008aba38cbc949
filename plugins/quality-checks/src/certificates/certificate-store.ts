import type { Context, EventWish } from '@signalbox/sdk'
import type { CertificateDocument } from './certificate.ts'
import type {
  LaboratoryFinding,
  MeasuredCharacteristic,
  PlannedCharacteristic,
} from './lot-lines.ts'

export type CertificatePort = Pick<Context, 'db' | 'tenant'>

export interface StoredCertificate {
  readonly number: string
  readonly lot: string
  readonly document: CertificateDocument
  readonly sha256: string
  readonly issuedAt: string
  readonly replacedBy: string | null
  readonly replacedAt: string | null
  readonly replacedReason: string | null
}

const columns = `number, lot, document, sha256, issued_at as "issuedAt", replaced_by as "replacedBy",
  replaced_at as "replacedAt", replaced_reason as "replacedReason"`

export async function findCertificate(
  { db, tenant }: CertificatePort,
  by: { readonly number: string } | { readonly request: string },
): Promise<StoredCertificate | undefined> {
  const [column, value] = 'number' in by ? ['number', by.number] : ['request', by.request]
  const { rows } = await db.query<StoredCertificate>(
    `select ${columns} from certificates where tenant = $1 and ${column} = $2`,
    [tenant, value],
  )
  return rows[0]
}

/** Newest first; documents are not in a list. */
export async function listCertificates(
  { db, tenant }: CertificatePort,
  filter: { readonly lot?: string; readonly item?: string; readonly current?: boolean },
  page: { readonly limit: number; readonly after?: string },
): Promise<readonly (Omit<StoredCertificate, 'document'> & { readonly item: string })[]> {
  const { rows } = await db.query<Omit<StoredCertificate, 'document'> & { item: string }>(
    `select number, lot, item, sha256, issued_at as "issuedAt", replaced_by as "replacedBy",
       replaced_at as "replacedAt", replaced_reason as "replacedReason"
     from certificates where tenant = $1 and ($2::text is null or lot = $2) and ($3::text is null or item = $3)
       and ($4::boolean is null or (replaced_by is null) = $4) and ($5::text is null or number < $5)
     order by number desc limit $6`,
    [
      ...[tenant, filter.lot ?? null, filter.item ?? null, filter.current ?? null],
      ...[page.after ?? null, page.limit],
    ],
  )
  return rows
}

/** The next number of a year. One that is not used in the end is a gap, which says nothing. */
export async function nextNumber({ db, tenant }: CertificatePort, year: string): Promise<string> {
  const series = `COA-${year}`
  const { rows } = await db.query<{ last: number }>(
    `insert into quality_numbers (tenant, series, last) values ($1, $2, 1)
     on conflict (tenant, series) do update set last = quality_numbers.last + 1 returning last`,
    [tenant, series],
  )
  return `${series}-${String(rows[0]?.last ?? 0).padStart(6, '0')}`
}

/** Keeps it, and marks the one that it replaces, all or none. @throws CORE_SQL_ROWS_UNEXPECTED */
export async function insertCertificate(
  { db, tenant }: CertificatePort,
  document: CertificateDocument,
  {
    sha256,
    request,
    event,
  }: { readonly sha256: string; readonly request: string; readonly event: EventWish },
): Promise<void> {
  const { number, lot, item, issuedAt, supersedes, reason } = document
  const replace =
    supersedes === null
      ? []
      : [
          {
            sql: `update certificates set replaced_by = $3, replaced_at = $4, replaced_reason = $5
              where tenant = $1 and number = $2 and replaced_by is null`,
            parameters: [tenant, supersedes, number, issuedAt, reason],
            rows: 1,
          },
        ]
  const insert = {
    sql: `insert into certificates (tenant, number, lot, item, request, document, sha256, issued_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    parameters: [tenant, number, lot, item, request, JSON.stringify(document), sha256, issuedAt],
    rows: 1,
  }
  await db.transaction([...replace, insert], { events: [event] })
}

export interface LotRecord {
  readonly item: string
  readonly unit: string
  readonly accepted: number
  readonly inspections: number
  readonly plan: string | null
  readonly version: number | null
  readonly characteristics: readonly PlannedCharacteristic[]
}

/** The lot with the plan that it was inspected by last. */
export async function findLotRecord(
  { db, tenant }: CertificatePort,
  lot: string,
): Promise<LotRecord | undefined> {
  const { rows } = await db.query<LotRecord>(
    `select l.item, l.unit,
       (select coalesce(sum(i.accepted), 0)::float8 from inspections i where i.tenant = l.tenant and i.lot = l.lot) as accepted,
       (select count(*)::integer from inspections i where i.tenant = l.tenant and i.lot = l.lot) as inspections,
       p.plan, p.version, coalesce(p.definition->'characteristics', '[]') as characteristics
     from lots l left join lateral (
       select p.plan, p.version, p.definition from inspections i join inspection_plans p
         on p.tenant = i.tenant and p.plan = i.plan and p.version = i.plan_version
       where i.tenant = l.tenant and i.lot = l.lot order by i.created_at desc, i.inspection desc limit 1) p on true
     where l.tenant = $1 and l.lot = $2`,
    [tenant, lot],
  )
  return rows[0]
}

/** What was measured of a lot, by characteristic; what was corrected counts as corrected. */
export async function findMeasured(
  { db, tenant }: CertificatePort,
  lot: string,
): Promise<readonly MeasuredCharacteristic[]> {
  const { rows } = await db.query<MeasuredCharacteristic>(
    `select m.characteristic, sum(m.inspected)::integer as inspected,
       sum(case when m.conforming then 0
         else least(m.inspected, greatest(1, coalesce(
           (select sum((d->>'count')::integer) from jsonb_array_elements(m.defects) d), 1))) end)::integer as nonconforming,
       coalesce(array_agg(m.value order by m.ordinal) filter (where m.value is not null), '{}') as values,
       coalesce(array_agg(distinct m.gauge) filter (where m.gauge is not null), '{}') as gauges
     from measurements m join inspections i on i.tenant = m.tenant and i.inspection = m.inspection
     where m.tenant = $1 and i.lot = $2 and not exists (select from measurements c
       where c.tenant = m.tenant and c.inspection = m.inspection and c.corrects = m.id)
     group by m.characteristic order by m.characteristic limit 200`,
    [tenant, lot],
  )
  return rows
}

export async function findLaboratoryFindings(
  { db, tenant }: CertificatePort,
  lot: string,
): Promise<readonly LaboratoryFinding[]> {
  const { rows } = await db.query<LaboratoryFinding>(
    `select characteristic, laboratory, value, finding, unit, lower_limit as lower, upper_limit as upper, passed, method
     from laboratory_results where tenant = $1 and lot = $2
     order by characteristic, reported_at, laboratory, report, position limit 200`,
    [tenant, lot],
  )
  return rows
}
