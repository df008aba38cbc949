import type { Knex } from 'knex'
import { type PlanTerms, type TermsRow, termsBeside, termsOf } from './plan.ts'
import type { PlanState } from './plan-states.ts'

export interface Plan extends PlanTerms {
  readonly name: string
  readonly version: number
  readonly status: PlanState
}

interface ServiceMajor {
  readonly id: string
  readonly major: number
}

/** Names a version of a plan. */
export interface PlanVersion {
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly version: number
}

/**
 * What every service starts with. 200 calls a second carry a busy shop floor; a burst of twice that lets a
 * page of boards load at once.
 */
export const standardPlan = Object.freeze({ name: 'standard', ratePerS: 200, burst: 400 })

/** A plan that is there stays as it is. */
export async function insertPlan(
  trx: Knex,
  service: ServiceMajor,
  { name, status = 'published', ...terms }: PlanTerms & { name: string; status?: PlanState },
): Promise<void> {
  const { id, major } = service
  const rates = { rate_per_s: terms.ratePerS, burst: terms.burst }
  const made = await trx('plans')
    .insert({ service: id, major, name, status, version: 1, ...rates })
    .onConflict(['service', 'major', 'name'])
    .ignore()
    .returning('name')
  if (made.length > 0) {
    await insertVersion(trx, { service: id, major, plan: name, version: 1 }, terms)
  }
}

/** New terms for whoever subscribes from now on. */
export async function insertNextVersion(
  trx: Knex,
  next: PlanVersion,
  terms: PlanTerms,
): Promise<void> {
  const { service, major, plan, version } = next
  await insertVersion(trx, next, terms)
  await trx('plans')
    .where({ service, major, name: plan })
    .update({ version, rate_per_s: terms.ratePerS, burst: terms.burst })
}

async function insertVersion(trx: Knex, version: PlanVersion, terms: PlanTerms): Promise<void> {
  await trx('plan_versions').insert({
    ...version,
    rate_per_s: terms.ratePerS,
    burst: terms.burst,
    terms: JSON.stringify(termsBeside(terms)),
  })
}

export async function setPlanStatus(
  trx: Knex,
  { id, major }: ServiceMajor,
  name: string,
  status: PlanState,
): Promise<void> {
  await trx('plans').where({ service: id, major, name }).update({ status })
}

/** What can be subscribed to, and what others still have; at most 200. */
export async function listPlans(knex: Knex, service: string, major: number): Promise<Plan[]> {
  const rows = await currentPlans(knex)
    .where({ 'p.service': service, 'p.major': major })
    .orderBy('p.name')
    .limit(200)
  return rows.map(planOf)
}

/**
 * As it is offered now, held until the transaction ends against whoever would change or remove it.
 * @param lock `change`: for whoever changes it, one at a time; `share`: for what will refer to it
 */
export async function lockPlan(
  trx: Knex.Transaction,
  { id, major }: ServiceMajor,
  name: string,
  lock: 'share' | 'change',
): Promise<Plan | undefined> {
  const row = { service: id, major, name }
  // Two statements: what a join reads beside a row that it waited for is as old as the wait.
  if (lock === 'share') await trx('plans').where(row).forShare().select('name')
  else await trx('plans').where(row).forNoKeyUpdate().select('name')
  const found = await currentPlans(trx)
    .where({ 'p.service': id, 'p.major': major, 'p.name': name })
    .first()
  return found === undefined ? undefined : planOf(found)
}

/** The terms of one version, also of one that nobody new gets. */
export async function findTerms(knex: Knex, version: PlanVersion): Promise<PlanTerms | undefined> {
  const row = await knex('plan_versions').where(version).first()
  return row === undefined ? undefined : termsOf(row)
}

const currentPlans = (knex: Knex) =>
  knex('plans as p')
    .join('plan_versions as v', {
      'v.service': 'p.service',
      'v.major': 'p.major',
      'v.plan': 'p.name',
      'v.version': 'p.version',
    })
    .select('p.name', 'p.status', 'v.version', 'v.rate_per_s', 'v.burst', 'v.terms')

function planOf(row: TermsRow & { name: string; status: PlanState; version: number }): Plan {
  const { name, version, status } = row
  return { name, version, status, ...termsOf(row) }
}
