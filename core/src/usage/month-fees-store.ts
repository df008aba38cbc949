import type { Knex } from 'knex'
import { MONTH } from './priced-units.ts'

export interface MonthFee {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plugin: string
  /** `200 CNY month` */
  readonly price: string
}

/** Rows of one statement. */
const ROWS = 1000

/** Any number, as long as every host takes the same. */
const FEES_LOCK = 4457

/** Those that have none for the month of `at` yet: two nodes, or another plan since, make no second one. */
export async function insertMonthFees(
  knex: Knex,
  at: Date,
  fees: readonly MonthFee[],
): Promise<void> {
  for (let from = 0; from < fees.length; from += ROWS) {
    await knex.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [FEES_LOCK])
      await trx.raw(
        `insert into usage_units (subscription, hour, operation, version, unit, price, tenant, app, service, major,
                plugin, units)
         select r.subscription, month.first, '', '', '${MONTH}', r.price, r.tenant, r.app, r.service, r.major, r.plugin, 1
           from date_trunc('month', ?::timestamptz, 'UTC') as month (first),
                jsonb_to_recordset(?) as r (subscription text, price text, tenant text, app text, service text,
                major int, plugin text)
          where not exists (select from usage_units u where u.subscription = r.subscription
                and u.hour = month.first and u.unit = '${MONTH}')`,
        [at, JSON.stringify(fees.slice(from, from + ROWS))],
      )
    })
  }
}
