import type { Knex } from 'knex'
import { terminalStates } from '../rollout/rollout-states.ts'
import { takeLogTurn } from './event-log-store.ts'

/** More are looked at by the next upkeep. */
const AT_ONCE = 500

/** Deliveries that the canary of a rollout tried last, which was taken back since. What is being tried is none of them. */
const ofEndedRollouts = (state: 'waiting' | 'dead') =>
  `select d.id from event_deliveries d join rollouts r on r.id = d.tried_in
    where d.tried_in is not null and d.state = '${state}' and r.state = any (?::text[])
    order by d.id limit ? for update of d skip locked`

/**
 * What a version could not do before its rollout was taken back is stable's to do now: what waits for another try is
 * due at once and has all its tries, and what died comes again, behind those of its key as every dead letter does.
 * @returns how many
 */
export async function redeliverEnded(knex: Knex): Promise<number> {
  const { rowCount: hastened } = await knex.raw(
    `update event_deliveries set due_at = now(), tries = 0, tried_in = null
      where id in (${ofEndedRollouts('waiting')})`,
    [[...terminalStates], AT_ONCE],
  )
  return hastened + (await redeliverDead(knex))
}

/** The turn in the log is taken only where there is something: every publisher of the host waits for it. */
async function redeliverDead(knex: Knex): Promise<number> {
  const some = await knex('event_deliveries')
    .whereNotNull('tried_in')
    .where({ state: 'dead' })
    .whereIn('tried_in', knex('rollouts').whereIn('state', terminalStates).select('id'))
    .first('id')
  if (some === undefined) return 0
  return knex.transaction(async (trx) => {
    await takeLogTurn(trx)
    const { rowCount } = await trx.raw(
      `with died as (
         update event_deliveries set state = 'redelivered', tried_in = null
          where id in (${ofEndedRollouts('dead')})
         returning id, event, tenant, plugin, type, key)
       insert into event_deliveries (event, tenant, plugin, type, key)
       select event, tenant, plugin, type, key from died order by id`,
      [[...terminalStates], AT_ONCE],
    )
    return rowCount
  })
}
