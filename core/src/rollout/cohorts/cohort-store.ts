import type { Knex } from 'knex'
import type { Page } from '../../identity/identity-store.ts'

/** Who tries a new version first, by a name that plans use. */
export interface NamedCohort {
  readonly name: string
  readonly members: readonly string[]
  readonly updatedAt: string
}

export async function putCohort(
  trx: Knex,
  { name, members }: Pick<NamedCohort, 'name' | 'members'>,
): Promise<void> {
  await trx('rollout_cohorts')
    .insert({ name, members: JSON.stringify(members), updated_at: trx.fn.now() })
    .onConflict('name')
    .merge()
}

export async function removeCohort(trx: Knex, name: string): Promise<boolean> {
  return (await trx('rollout_cohorts').where({ name }).delete()) > 0
}

export async function findCohort(knex: Knex, name: string): Promise<NamedCohort | undefined> {
  const row = await knex('rollout_cohorts').where({ name }).first()
  return row === undefined ? undefined : cohortOf(row)
}

export async function listCohorts(knex: Knex, { limit, cursor }: Page): Promise<NamedCohort[]> {
  const query = knex('rollout_cohorts').orderBy('name').limit(limit)
  if (cursor !== undefined) query.where('name', '>', cursor)
  return (await query).map(cohortOf)
}

function cohortOf(row: Readonly<Record<string, unknown>>): NamedCohort {
  return {
    name: row['name'] as string,
    members: row['members'] as readonly string[],
    updatedAt: (row['updated_at'] as Date).toISOString(),
  }
}
