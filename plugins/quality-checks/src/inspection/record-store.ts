import type { Context, Statement } from '@signalbox/sdk'
import type { Gauge } from '../gauges/gauge.ts'
import type { Seen } from './decided.ts'
import {
  requireInspection,
  type SeenRow,
  seenColumns,
  seenOf,
  seenTables,
} from './decision-store.ts'
import type { Known, Measurement, Result } from './result.ts'

type Port = Pick<Context, 'db'>

export interface SeenForResults {
  readonly seen: Seen
  readonly known: readonly Known[]
  readonly gauges: readonly Gauge[]
}

type ResultsRow = SeenRow & { readonly known: readonly Known[]; readonly gauges: readonly Gauge[] }

/**
 * All that results are judged by, in one plain read: a host prepares those once.
 * @throws INSPECTION_UNKNOWN
 */
export async function readForResults(
  { db }: Port,
  inspection: string,
  results: readonly Result[],
): Promise<SeenForResults> {
  const samples = results.flatMap(({ sample }) => sample ?? [])
  const ids = results.flatMap(({ id, corrects }) => [id, corrects ?? id])
  const named = results.flatMap(({ gauge }) => gauge ?? [])
  const { rows } = await db.query<ResultsRow>(
    `select ${seenColumns}, false as "isDecided", ${knownMeasurements} as known,
        (select coalesce(jsonb_agg(jsonb_build_object('gauge', g.gauge, 'state', g.state, 'dueOn', g.due_on)), '[]')
           from gauges g where g.gauge = any($4::text[])) as gauges
      ${seenTables} where i.inspection = $1`,
    [inspection, samples, ids, named],
  )
  const { known, gauges, ...row } = requireInspection(rows, inspection)
  return { seen: seenOf(row), known, gauges }
}

/** Rows of the named samples and ids, and all others of the samples that those ids are of: formulas read them. */
const knownMeasurements = `(select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'characteristic', m.characteristic,
    'sample', m.sample, 'ordinal', m.ordinal, 'inspected', m.inspected, 'value', m.value, 'isCorrected',
    exists (select from measurements c where c.inspection = m.inspection and c.corrects = m.id))), '[]')
  from measurements m
 where m.inspection = i.inspection
   and (m.sample = any($2::text[]) or m.sample in (
     select n.sample from measurements n where n.inspection = i.inspection and n.id = any($3::text[]))))`

export function measurementsStatement(
  tenant: string,
  inspection: string,
  rows: readonly Measurement[],
  { by, at }: { readonly by: string; readonly at: string },
): Statement {
  return {
    sql: `insert into measurements (tenant, inspection, id, characteristic, sample, ordinal, inspected, value, entered_value,
            entered_unit, conforming, defects, gauge, gauge_was_overdue, operator, measured_at, recorded_at, recorded_by,
            photos, corrects, reason)
          select $1, $2, r.id, r.characteristic, r.sample, r.ordinal, r.inspected, r.value, r."enteredValue",
            r."enteredUnit", r.conforming, r.defects, r.gauge, r."gaugeWasOverdue", r.operator, r."measuredAt", $4, $5,
            r.photos, r.corrects, r.reason
          from jsonb_to_recordset($3::jsonb) as r(id text, characteristic text, sample text, ordinal integer, inspected integer,
            value float8, "enteredValue" float8, "enteredUnit" text, conforming boolean, defects jsonb, gauge text,
            "gaugeWasOverdue" boolean, operator text, "measuredAt" timestamptz, photos jsonb, corrects text, reason text)`,
    parameters: [tenant, inspection, JSON.stringify(rows), at, by],
    rows: rows.length,
  }
}
