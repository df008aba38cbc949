import type { Knex } from 'knex'
import { patiently } from '../storage/answer-deadline.ts'

/** To find rows in a table of many millions, where no index leads there. */
const STATEMENT_MS = 300_000

/** The rest of the transaction may take long: neither its statements' limit nor a silent server ends it before. */
export async function inPatience<Result>(
  trx: Knex.Transaction,
  work: () => Promise<Result>,
): Promise<Result> {
  await trx.raw(`set local statement_timeout = ${STATEMENT_MS}`)
  return patiently(await trx.client.acquireConnection(), work)
}

/** A transaction of nothing else. */
export function patientTransaction<Result>(
  knex: Knex,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return knex.transaction((trx) => inPatience(trx, () => work(trx)))
}
