import type { Statement } from '@signalbox/sdk'
import type { Stage } from '../stages/stages.ts'
import { LEAST_STAYS, type UsualStays } from './usual-stays.ts'

export interface UsualRow {
  readonly stage: Stage
  readonly median_hours: number
  readonly p90_hours: number
}

/** What stages usually take, where enough stays of the tenant's own are over. */
export const USUAL_STAYS: Statement = {
  sql: 'select stage, median_hours, p90_hours from usual_stays where stays >= $1',
  parameters: [LEAST_STAYS],
}

export function usualOfRows(rows: readonly UsualRow[]): UsualStays {
  return Object.fromEntries(
    rows.map(({ stage, median_hours: median, p90_hours: p90 }) => [stage, { median, p90 }]),
  )
}
