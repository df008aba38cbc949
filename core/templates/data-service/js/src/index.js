import { definePlugin, Refusal } from '@signalbox/sdk'
import { isLow } from './is-low.js'

/** @typedef {import('@signalbox/sdk').Context} Context */

/**
 * The contract has checked the input by now: there is nothing to check again.
 * @param {{ item: string, pieces: number }} input
 * @param {Pick<Context, 'db' | 'tenant'>} ctx
 */
export async function set({ item, pieces }, ctx) {
  await ctx.db.query(
    `insert into stock (tenant, item, pieces) values ($1, $2, $3)
     on conflict (tenant, item) do update set pieces = excluded.pieces`,
    [ctx.tenant, item, pieces],
  )
  return { item, pieces }
}

/**
 * @param {{ item: string, low?: number }} input
 * @param {Pick<Context, 'db'>} ctx
 */
export async function read({ item, low }, ctx) {
  // Rows of other tenants do not exist for the statement: there is no need to name ours.
  const { rows } = await ctx.db.query('select pieces from stock where item = $1', [item])
  const [found] = rows
  // An expected "no": callers get the code, and the version is not blamed for it.
  if (found === undefined) throw new Refusal('ITEM_UNKNOWN', `Nobody has set ${item}.`)
  // PostgreSQL's bigint comes as text, so that no digit is lost.
  const pieces = Number(found.pieces)
  return { item, pieces, isLow: isLow(pieces, low) }
}

export default definePlugin({
  services: { '__NAME__.stock': { set, read } },
  // Runs before a version is given its first request; what it throws keeps the version from serving.
  selfTest: () => {
    if (!isLow(1, 2)) throw new Error('One piece of two is low.')
  },
})
