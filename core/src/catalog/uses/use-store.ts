import type { Knex } from 'knex'
import type { OperationUse } from './use-ledger.ts'

/** Rows of one statement. */
const BATCH = 1000

/**
 * Adds to what is there, in one order for all nodes: they wait for each other instead of locking each other out. A
 * subscription that is gone by now is passed over.
 */
export async function addUses(knex: Knex, uses: readonly OperationUse[]): Promise<void> {
  const ordered = [...uses].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  await knex.transaction(async (trx) => {
    for (let from = 0; from < ordered.length; from += BATCH) {
      await trx.raw(
        `insert into operation_uses as u (subscription, operation, day, calls)
         select subscription, operation, day, calls
           from jsonb_to_recordset(?) as r (subscription text, operation text, day date, calls bigint)
          where exists (select from subscriptions s where s.id = r.subscription)
         on conflict (subscription, operation, day) do update set calls = u.calls + excluded.calls`,
        [JSON.stringify(ordered.slice(from, from + BATCH))],
      )
    }
  })
}

function keyOf({ subscription, operation, day }: OperationUse): string {
  return `${subscription} ${operation} ${day}`
}

/** Days before this one are of no more use to anybody. */
export async function forgetUses(knex: Knex, before: string): Promise<void> {
  await knex('operation_uses').where('day', '<', before).delete()
}

export interface UsedOperation {
  readonly operation: string
  readonly calls: number
  readonly lastDay: string
}

/** Since a day, by subscription, the most used operation first. */
export async function usesOf(
  knex: Knex,
  subscriptions: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, readonly UsedOperation[]>> {
  const rows: (UsedOperation & { subscription: string })[] = await knex('operation_uses')
    .whereIn('subscription', [...subscriptions])
    .where('day', '>=', since)
    .groupBy('subscription', 'operation')
    .select('subscription', 'operation')
    .select(
      knex.raw('sum(calls)::double precision as calls'),
      knex.raw(`to_char(max(day), 'YYYY-MM-DD') as "lastDay"`),
    )
    .orderBy([{ column: 'calls', order: 'desc' }, { column: 'operation' }])
  const uses = new Map<string, UsedOperation[]>()
  for (const { subscription, ...use } of rows) {
    uses.set(subscription, [...(uses.get(subscription) ?? []), use])
  }
  return uses
}
