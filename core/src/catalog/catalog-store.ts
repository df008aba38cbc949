import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'

export interface CatalogService {
  readonly id: string
  readonly major: number
  /** Null: the host itself provides it. */
  readonly plugin: string | null
}

export interface Plan {
  readonly name: string
  readonly ratePerS: number
  readonly burst: number
}

/**
 * What every service starts with. 200 calls a second carry a busy shop floor; a burst of twice that lets a
 * page of boards load at once.
 */
export const standardPlan: Plan = Object.freeze({ name: 'standard', ratePerS: 200, burst: 400 })

/** Registers a service with its standard plan; a service that is there stays as it is. */
export async function insertService(trx: Knex, service: CatalogService): Promise<void> {
  await trx('services')
    .insert({ ...service })
    .onConflict(['id', 'major'])
    .ignore()
  await insertPlan(trx, service, standardPlan)
}

export async function insertPlan(
  trx: Knex,
  service: { id: string; major: number },
  plan: Plan,
): Promise<void> {
  await trx('plans')
    .insert({
      service: service.id,
      major: service.major,
      name: plan.name,
      rate_per_s: plan.ratePerS,
      burst: plan.burst,
    })
    .onConflict(['service', 'major', 'name'])
    .merge()
}

export async function findService(
  knex: Knex,
  id: string,
  major: number,
): Promise<CatalogService | undefined> {
  return knex('services').where({ id, major }).first('id', 'major', 'plugin')
}

/** @param text part of a service's id; undefined: all. */
export async function listServices(
  knex: Knex,
  page: Page & { q: string | undefined },
): Promise<CatalogService[]> {
  const query = knex('services')
    .select('id', 'major', 'plugin')
    .orderBy(['id', 'major'])
    .limit(page.limit)
  if (page.q !== undefined) query.whereRaw('strpos(id, ?) > 0', [page.q.toLowerCase()])
  if (page.cursor !== undefined) {
    const [id = '', major = '0'] = page.cursor.split('@')
    query.whereRaw('(id, major) > (?, ?)', [id, Number(major) || 0])
  }
  return query
}

export async function listMajors(knex: Knex, id: string): Promise<CatalogService[]> {
  return knex('services').where({ id }).select('id', 'major', 'plugin').orderBy('major').limit(200)
}

export async function listPlans(knex: Knex, service: string, major: number): Promise<Plan[]> {
  const rows = await knex('plans').where({ service, major }).orderBy('name').limit(200)
  return rows.map((row) => ({ name: row.name, ratePerS: row.rate_per_s, burst: row.burst }))
}
