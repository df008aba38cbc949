import type { Knex } from 'knex'
import type { StarCounts } from './rating-summary.ts'

/** The only place with SQL for package_ratings. */

export interface RatingOf {
  readonly name: string
  readonly tenant: string
  readonly major: number
}

export interface NewRating extends RatingOf {
  readonly id: string
  readonly stars: number
  readonly text: string | null
  readonly author: string
  readonly at: Date
}

/** Without a word of who rated: that is between the tenant and the host. */
export interface ShownRating {
  readonly id: string
  readonly major: number
  readonly stars: number
  readonly text: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly answer: string | null
  readonly answeredAt: Date | null
}

export interface OwnRating extends ShownRating {
  /** Why the operator hid it. */
  readonly hiddenReason: string | null
}

/** What a tenant that does not run it any more said of it counts so long. */
const KEPT_AFTER_MS = 180 * 86_400_000

/**
 * Makes or changes the one of the tenant and major. What was hidden stays so, and an answer to other words goes.
 * @returns false: there is no such package here, as of a plugin that runs from its folder
 */
export async function putRating(trx: Knex.Transaction, given: NewRating): Promise<boolean> {
  const { id, name, tenant, major, stars, text, author, at } = given
  // Held, so that it is not removed before the row that refers to it is there.
  const isHere = await trx('packages').where({ name }).forKeyShare().first('name')
  if (isHere === undefined) return false
  await trx('package_ratings')
    .insert({
      ...{ id, name, tenant, major, stars, author },
      ...{ body: text, created_at: at, updated_at: at },
    })
    .onConflict(['name', 'tenant', 'major'])
    .merge({
      ...{ stars, author, body: text, updated_at: at, gone_since: null },
      answer: trx.raw(
        'case when package_ratings.body is not distinct from ? then package_ratings.answer end',
        [text],
      ),
      answered_at: trx.raw(
        'case when package_ratings.body is not distinct from ? then package_ratings.answered_at end',
        [text],
      ),
    })
  return true
}

/** @returns false: there is none */
export async function deleteRating(trx: Knex.Transaction, of: RatingOf): Promise<boolean> {
  const { name, tenant, major } = of
  return (await trx('package_ratings').where({ name, tenant, major }).delete()) > 0
}

const shown = {
  ...{ id: 'id', major: 'major', stars: 'stars', text: 'body', answer: 'answer' },
  ...{ createdAt: 'created_at', updatedAt: 'updated_at', answeredAt: 'answered_at' },
} as const

export async function ratingsOfTenant(
  knex: Knex,
  of: { name: string; tenant: string },
): Promise<OwnRating[]> {
  const { name, tenant } = of
  return knex('package_ratings')
    .where({ name, tenant })
    .orderBy('major', 'desc')
    .limit(100)
    .select({ ...shown, hiddenReason: 'hidden_reason' })
}

const counted = (knex: Knex, name: string, now: number) =>
  knex('package_ratings')
    .where({ name })
    .whereNull('hidden_reason')
    .whereRaw('(gone_since is null or gone_since > ?)', [new Date(now - KEPT_AFTER_MS)])

/** The newest first. @param page `cursor` is the id of the last one of the page before */
export async function listRatings(
  knex: Knex,
  name: string,
  { limit, cursor, now }: { limit: number; cursor?: string | undefined; now: number },
): Promise<ShownRating[]> {
  const rows = counted(knex, name, now)
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select(shown)
  if (cursor === undefined) return rows
  return rows.whereRaw(
    '(created_at, id) < (select created_at, id from package_ratings where id = ? and name = ?)',
    [cursor, name],
  )
}

export async function countStars(knex: Knex, name: string, now: number): Promise<StarCounts> {
  const rows: { stars: number; count: string }[] = await counted(knex, name, now)
    .groupBy('stars')
    .select('stars')
    .count('* as count')
  const of = (stars: number) => Number(rows.find((row) => row.stars === stars)?.count ?? 0)
  return [of(1), of(2), of(3), of(4), of(5)]
}

/** @returns false: there is none */
export async function setAnswer(
  trx: Knex.Transaction,
  of: { name: string; id: string },
  answer: { text: string; at: Date },
): Promise<boolean> {
  const { name, id } = of
  const changed = await trx('package_ratings')
    .where({ name, id })
    .update({ answer: answer.text, answered_at: answer.at })
  return changed > 0
}

/** @returns false: there is none */
export async function hideRating(
  trx: Knex.Transaction,
  of: { name: string; id: string },
  { reason, by }: { reason: string; by: string },
): Promise<boolean> {
  const { name, id } = of
  const changed = await trx('package_ratings')
    .where({ name, id })
    .update({ hidden_reason: reason, hidden_by: by })
  return changed > 0
}

/** @returns false: there is none, or nobody hid it */
export async function showRating(
  trx: Knex.Transaction,
  of: { name: string; id: string },
): Promise<boolean> {
  const { name, id } = of
  const changed = await trx('package_ratings')
    .where({ name, id })
    .whereNotNull('hidden_reason')
    .update({ hidden_reason: null, hidden_by: null })
  return changed > 0
}

/** Notes which tenants do not run what they rated any more, and which do again. */
export async function markGone(
  knex: Knex,
  running: readonly { plugin: string; tenant: string }[],
  at: Date,
): Promise<void> {
  await knex.raw(
    `with running as (select * from unnest(?::text[], ?::text[]) as r (name, tenant)),
     now_gone as (
       select r.id, not exists (select from running n where n.name = r.name and n.tenant = r.tenant) as is_gone
         from package_ratings r)
     update package_ratings r set gone_since = case when g.is_gone then ?::timestamptz end
       from now_gone g where g.id = r.id and g.is_gone <> (r.gone_since is not null)`,
    [
      running.map(({ plugin }) => plugin),
      running.map(({ tenant }) => tenant),
      at,
    ] as unknown as Knex.RawBinding[],
  )
}
