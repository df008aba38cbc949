import type { Knex } from 'knex'
import type { Deprecation } from './deprecation.ts'

export interface StoredDeprecation extends Deprecation {
  readonly service: string
  readonly major: number
  readonly noticedDays: number | null
}

interface ServiceMajor {
  readonly id: string
  readonly major: number
}

export async function putDeprecation(
  trx: Knex,
  { id, major }: ServiceMajor,
  schedule: Deprecation & { readonly noticedDays: number | null },
): Promise<void> {
  const { deprecatedAt, sunsetAt, successor, information, brownOuts, noticedDays } = schedule
  await trx('service_deprecations')
    .insert({
      service: id,
      major,
      deprecated_at: new Date(deprecatedAt),
      sunset_at: sunsetAt === null ? null : new Date(sunsetAt),
      successor,
      information,
      brown_outs: JSON.stringify(brownOuts),
      noticed_days: noticedDays,
    })
    .onConflict(['service', 'major'])
    .merge()
}

/** @returns false where it is not deprecated */
export async function deleteDeprecation(trx: Knex, { id, major }: ServiceMajor): Promise<boolean> {
  return (await trx('service_deprecations').where({ service: id, major }).delete()) === 1
}

export async function findDeprecation(
  knex: Knex,
  { id, major }: ServiceMajor,
): Promise<StoredDeprecation | undefined> {
  const row = await knex('service_deprecations').where({ service: id, major }).first()
  return row === undefined ? undefined : deprecationOf(row)
}

/** Those with an end ahead: few, since each is a decision of the operator; at most 1000. */
export async function listSunsets(knex: Knex, now: number): Promise<StoredDeprecation[]> {
  const rows = await knex('service_deprecations')
    .where('sunset_at', '>', new Date(now))
    .orderBy('sunset_at')
    .limit(1000)
  return rows.map(deprecationOf)
}

/** Locked until the transaction ends; undefined where another node has it, or it is gone. */
export async function lockIdleDeprecation(
  trx: Knex.Transaction,
  { id, major }: ServiceMajor,
): Promise<StoredDeprecation | undefined> {
  const row = await trx('service_deprecations')
    .where({ service: id, major })
    .forUpdate()
    .skipLocked()
    .first()
  return row === undefined ? undefined : deprecationOf(row)
}

export async function setSunsetNoticed(
  trx: Knex,
  { id, major }: ServiceMajor,
  noticedDays: number,
): Promise<void> {
  await trx('service_deprecations')
    .where({ service: id, major })
    .update({ noticed_days: noticedDays })
}

// biome-ignore lint/suspicious/noExplicitAny: knex types a row of a table as any
function deprecationOf(row: any): StoredDeprecation {
  return {
    service: row.service,
    major: row.major,
    deprecatedAt: row.deprecated_at.getTime(),
    sunsetAt: row.sunset_at?.getTime() ?? null,
    successor: row.successor,
    information: row.information,
    brownOuts: row.brown_outs,
    noticedDays: row.noticed_days,
  }
}
