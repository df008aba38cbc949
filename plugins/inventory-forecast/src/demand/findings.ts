import type { SqlValue, Statement } from '@signalbox/sdk'
import type { StockFact } from './demand-facts.ts'

/**
 * What a planner has to look at and the plugin must not decide: stock below nothing, and series that a run could not plan, by
 * an error or because it never came to an end.
 */
export type FindingCode = 'STOCK_NEGATIVE' | 'FORECAST_FAILED' | 'FORECAST_UNFINISHED'

export function findingStatement(
  tenant: string,
  { sku, location }: Pick<StockFact, 'sku' | 'location'>,
  code: FindingCode,
  day: string,
  details: SqlValue,
): Statement {
  return {
    sql: `insert into demand_findings (tenant, sku, location, code, day, details) values ($1, $2, $3, $4, $5, $6::jsonb)
          on conflict do nothing`,
    parameters: [tenant, sku, location, code, day, JSON.stringify(details)],
  }
}
