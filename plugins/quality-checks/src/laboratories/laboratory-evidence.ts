/** One result of an outside laboratory, as inspections show it. */
export interface LaboratoryEvidence {
  readonly laboratory: string
  readonly report: string
  readonly characteristic: string
  readonly value: number | null
  /** Of a result that is no number. */
  readonly finding: string | null
  readonly unit: string | null
  readonly lower: number | null
  readonly upper: number | null
  readonly passed: boolean | null
  readonly reportedAt: string
}

/** What laboratories found in a lot, the newest report first; `lot` is an expression. */
export function laboratoryEvidence(lot: string): string {
  return `(select coalesce(jsonb_agg(v), '[]') from (
    select r.laboratory, r.report, r.characteristic, r.value, r.finding, r.unit, r.lower_limit as lower,
      r.upper_limit as upper, r.passed, r.reported_at as "reportedAt"
    from laboratory_results r where r.lot = ${lot}
    order by r.reported_at desc, r.laboratory, r.report, r.position limit 100) v)`
}
