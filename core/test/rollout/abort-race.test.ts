import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import type { RolloutCommand, RolloutState } from '../../src/rollout/rollout-states.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { bookFaults, readBooks } from '../support/rollout-books.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'

/** Two nodes: the orders meet in PostgreSQL, and nowhere before. */
const { knex, hostUrl, rollouts } = await openRollouts(t)
const otherKnex = createKnex(hostUrl)
t.teardown(() => otherKnex.destroy())
const routing = { reach: () => Promise.resolve() } as never
const other = new RolloutService({ knex: otherKnex, routing, now: Date.now })
await knex('tenants').insert({ id: 'acme', name: 'Acme' })
const admin = { actor: 'admin:acme/tok_2', traceId: null }

type Ended = PromiseSettledResult<unknown>
type Rival = Extract<RolloutCommand, 'promote' | 'advance' | 'approve' | 'bake' | 'pause'>

/** Where each rival of an abort may be ordered. */
const plans: Readonly<Record<Rival, readonly [steps: readonly object[], ...RolloutCommand[]]>> = {
  promote: [[weight(100), full], 'start'],
  advance: [[weight(100), full], 'start'],
  approve: [[weight(100), { approve: { tenant: 'acme' } }, full], 'start', 'advance'],
  bake: [[{ ...full, bake: { durationMs: 1000 } }], 'start'],
  pause: [[weight(100), full], 'start'],
}

async function planFor(rival: Rival): Promise<string> {
  const [steps, ...before] = plans[rival]
  const wish = { plugin: 'one', version: '1.1.0', steps: steps as never }
  const { id } = await rollouts.create(operator, wish)
  for (const command of before) await rollouts.command(operator, id, command, because)
  return id
}

const abort = (id: string) => rollouts.command(operator, id, 'abort', because)
const order = (id: string, rival: Rival) =>
  other.command(rival === 'approve' ? admin : operator, id, rival, because)

/**
 * What of the two was done, held against what may be.
 * @returns the state it is in
 */
async function settle(id: string, aborted: Ended, rival: Ended): Promise<RolloutState> {
  const books = await readBooks(knex, id)
  const { state } = books.rollout
  const last = books.transitions.at(-1)
  const faults = [...bookFaults(books)]
  if (aborted.status === 'fulfilled') {
    if (state !== 'aborted' || last?.command !== 'abort') faults.push(`aborted, and it is ${state}`)
    if (last?.weightBp !== 0) faults.push('aborted, and it has a weight')
  } else {
    const { reason } = aborted
    if (!(reason instanceof CodedError) || !/it is completed; roll it back/.test(reason.message)) {
      faults.push(`the abort is refused: ${reason}`)
    }
    if (state !== 'completed' || rival.status === 'rejected') faults.push(`refused in ${state}`)
    await rollouts.command(operator, id, 'rollback', because)
    faults.push(...bookFaults(await readBooks(knex, id)))
  }
  if (rival.status === 'rejected' && !(rival.reason instanceof CodedError)) {
    faults.push(`the other is refused by ${rival.reason}`)
  }
  t.same(faults, [], state)
  return state
}

/** More for whoever looks for what no run has met yet. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 10)

for (const rival of Object.keys(plans) as Rival[]) {
  t.test(
    `abort and ${rival} at once: it is aborted, or completed before and rolled back`,
    async (t) => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = await planFor(rival)
        const orders = [() => abort(id), () => order(id, rival)]
        if (round % 2 === 1) orders.reverse()
        const told = await Promise.allSettled(orders.map((one) => one()))
        const [first, second] = told as [Ended, Ended]
        const state = await (round % 2 === 1
          ? settle(id, second, first)
          : settle(id, first, second))
        if (rival !== 'promote') t.equal(state, 'aborted')
      }
    },
  )
}

/** Both wait for the plugin's row, in the order in which they were given; then it is let go. */
async function inOrder(...orders: readonly [() => Promise<unknown>, () => Promise<unknown>]) {
  const waiting = async () => {
    const { rows } = await knex.raw(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length
  }
  const ends: Promise<[Ended]>[] = []
  await knex.transaction(async (trx) => {
    await trx('plugins').where({ name: 'one' }).forUpdate()
    for (const order of orders) {
      ends.push(Promise.allSettled([order()]))
      await until(async () => (await waiting()) === ends.length)
    }
  })
  return (await Promise.all(ends)).flat() as [Ended, Ended]
}

for (const rival of ['promote', 'advance'] as const) {
  t.test(
    `an abort that was given before a ${rival} is done, and the other is refused`,
    async (t) => {
      for (let round = 0; round < 5; round++) {
        const id = await planFor(rival)
        const [aborted, late] = await inOrder(
          () => abort(id),
          () => order(id, rival),
        )
        t.equal(await settle(id, aborted, late), 'aborted')
        t.match(late, { status: 'rejected', reason: { code: 'CORE_ROLLOUT_COMMAND_REFUSED' } })
      }
    },
  )
}

t.test('an abort that comes after the promotion says that it is to be rolled back', async (t) => {
  for (let round = 0; round < 5; round++) {
    const id = await planFor('promote')
    const [promoted, late] = await inOrder(
      () => order(id, 'promote'),
      () => abort(id),
    )
    t.equal(promoted.status, 'fulfilled')
    t.equal(await settle(id, late, promoted), 'completed')
  }
})
