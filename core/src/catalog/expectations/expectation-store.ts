import type { Knex } from 'knex'
import type { Expectations } from './expectation.ts'

export async function putExpectations(
  trx: Knex,
  subscription: string,
  { reads, examples }: Expectations,
): Promise<void> {
  const row = { reads: JSON.stringify(reads), examples: JSON.stringify(examples) }
  await trx('subscription_expectations')
    .insert({ subscription, ...row })
    .onConflict('subscription')
    .merge({ ...row, updated_at: trx.fn.now() })
}

export async function findExpectations(
  knex: Knex,
  subscription: string,
): Promise<Expectations | undefined> {
  return (await expectationsOf(knex, [subscription])).get(subscription)
}

export async function expectationsOf(
  knex: Knex,
  subscriptions: readonly string[],
): Promise<ReadonlyMap<string, Expectations>> {
  const rows: (Expectations & { subscription: string })[] = await knex('subscription_expectations')
    .whereIn('subscription', [...subscriptions])
    .select('subscription', 'reads', 'examples')
  return new Map(
    rows.map(({ subscription, reads, examples }) => [subscription, { reads, examples }]),
  )
}
