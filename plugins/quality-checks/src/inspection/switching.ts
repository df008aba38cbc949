import type { Statement } from '@signalbox/sdk'
import { nextSeverity } from '../sampling/next-severity.ts'
import type { SwitchingState } from '../sampling/plan-types.ts'
import type { InspectionTest } from './inspection-test.ts'
import { isJudged } from './inspection-test.ts'
import type { DefectClass } from './plan-definition.ts'
import type { Reason } from './suggestion.ts'

export interface SwitchingRow {
  readonly characteristic: string
  readonly class: DefectClass
  readonly state: SwitchingState
  readonly acceptedInRow: number
  readonly revision: number
}

export interface SeverityChange {
  readonly from: SwitchingState['severity']
  readonly to: SwitchingState['severity']
  readonly reason: Reason
}

export type SwitchedRow = SwitchingRow & { readonly change?: SeverityChange }

/** Where each supplier and item begins (ISO 2859-1, 9.1). */
export const initialSwitching: SwitchingState = {
  severity: 'normal',
  score: 0,
  recent: [],
  rejectedWhileTightened: 0,
}

export const switchingColumns = `characteristic, class, state, accepted_in_row as "acceptedInRow", revision`

/**
 * The switching states after an inspection. They follow what the sample said on original inspection, not what a person
 * made of the lot (ISO 2859-1, 9.3): a concession accepts a lot, and its supplier's process is no better for it.
 */
export function switched(
  tests: readonly InspectionTest[],
  rows: readonly SwitchingRow[],
): readonly SwitchedRow[] {
  return tests.filter(isSwitching).map((test) => {
    const row = rows.find(
      (other) => other.characteristic === test.characteristic && other.class === test.class,
    )
    const { state = initialSwitching, acceptedInRow = 0, revision = 0 } = row ?? {}
    const result = resultOf(test)
    const next = nextSeverity(state, { result })
    return {
      characteristic: test.characteristic,
      class: test.class,
      state: next.state,
      acceptedInRow: result === 'rejected' ? 0 : acceptedInRow + 1,
      revision,
      ...(next.change === undefined ? {} : { change: next.change }),
    }
  })
}

/** Fixed shares and full inspections have no severity, and a stopped acceptance waits for a person. */
function isSwitching(test: InspectionTest): boolean {
  return test.aql !== null && !test.discontinued && isJudged(test)
}

function resultOf({ verdict }: InspectionTest): 'accepted' | 'rejected' | 'accepted-and-return' {
  if (verdict === 'accept') return 'accepted'
  return verdict === 'accept-and-return' ? 'accepted-and-return' : 'rejected'
}

/** Whoever changed the state meanwhile made its revision another: then nothing at all is written. */
export function switchingStatement(
  tenant: string,
  { supplier, item }: { readonly supplier: string; readonly item: string },
  row: SwitchedRow,
  at: string,
): Statement {
  return {
    sql: `insert into switching_states as s (tenant, supplier, item, characteristic, class, state, accepted_in_row, last_change, revision, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9::integer + 1, $10)
      on conflict (tenant, supplier, item, characteristic, class) do update
        set state = excluded.state, accepted_in_row = excluded.accepted_in_row,
            last_change = coalesce(excluded.last_change, s.last_change), revision = s.revision + 1, updated_at = excluded.updated_at
      where s.revision = $9`,
    parameters: [
      tenant,
      supplier,
      item,
      row.characteristic,
      row.class,
      JSON.stringify(row.state),
      row.acceptedInRow,
      row.change === undefined ? null : JSON.stringify({ ...row.change, at }),
      row.revision,
      at,
    ],
    rows: 1,
  }
}
