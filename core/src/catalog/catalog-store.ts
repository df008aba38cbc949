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

/**
 * Registers a service with its standard plan; a service that is there stays as it is, its plans too.
 * @returns who provides it: another than asked for where somebody was first
 */
export async function insertService(
  trx: Knex,
  service: CatalogService,
): Promise<CatalogService['plugin']> {
  await trx('services')
    .insert({ ...service })
    .onConflict(['id', 'major'])
    .ignore()
  await trx('plans').insert(planRow(service, standardPlan)).onConflict(PLAN_KEY).ignore()
  const row = await trx('services').where({ id: service.id, major: service.major }).first('plugin')
  return row.plugin
}

export async function putPlan(
  trx: Knex,
  service: { id: string; major: number },
  plan: Plan,
): Promise<void> {
  await trx('plans').insert(planRow(service, plan)).onConflict(PLAN_KEY).merge()
}

const PLAN_KEY = ['service', 'major', 'name']

function planRow(service: { id: string; major: number }, plan: Plan) {
  return {
    service: service.id,
    major: service.major,
    name: plan.name,
    rate_per_s: plan.ratePerS,
    burst: plan.burst,
  }
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

/** Held until the transaction ends, as the subscription that will refer to it holds it. */
export async function sharePlan(
  trx: Knex,
  service: string,
  major: number,
  name: string,
): Promise<void> {
  await trx('plans').where({ service, major, name }).forKeyShare().select('name')
}

/** As `sharePlan`, for whoever adds a plan. @returns false: there is no such service */
export async function shareService(trx: Knex, id: string, major: number): Promise<boolean> {
  const row = await trx('services').where({ id, major }).forKeyShare().first('id')
  return row !== undefined
}
