import type { Knex } from 'knex'
import { hostEventType } from '../host-events/host-event-types.ts'
import { queueNews } from '../host-events/host-news-store.ts'
import { noteWakes, noteWakesOfRequiring } from '../updates/update-wake-store.ts'
import { wokenBy } from '../updates/update-wakes.ts'
import { insertAuditEntries } from './audit-store.ts'
import { insertOutboxEvents } from './outbox-store.ts'

/** What a change says of itself: who did what to what, and why. */
export interface Change {
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly tenant: string | null
  readonly traceId: string | null
  readonly detail?: Readonly<Record<string, unknown>>
}

export interface Committed<Result> {
  readonly result: Result
  readonly generation: number
}

export const GENERATION_CHANNEL = 'signalbox_generation'

/**
 * A host that is cut off in the middle of a change keeps what it has locked until PostgreSQL ends its transaction,
 * and the others wait for it: with an abort, too. The kernel would take hours to notice.
 */
export const LOST_CHANGE_MS = 5000

/** Every state change is one transaction: the work, an audit entry, an outbox event. */
export async function commitChange<Result>(
  knex: Knex,
  change: Change,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return knex.transaction(async (trx) => {
    const result = await work(trx)
    await recordChange(trx, change, null)
    return result
  })
}

/**
 * A change of what requests are routed by: with the next generation, which every node re-reads the routing
 * table for. The generation row is taken last, so that changes wait for each other only while they commit.
 * NOTIFY is a hint to re-read: nodes that miss it find the generation by polling.
 * @param change or how to tell what the changes are, where only the work finds that out: each has an entry and an event
 * @param record what else of the change needs to know its generation
 */
export async function commitRoutedChange<Result>(
  knex: Knex,
  change: Change | ((result: Result) => readonly Change[]),
  work: (trx: Knex.Transaction) => Promise<Result>,
  record: (trx: Knex.Transaction, result: Result, generation: number) => Promise<void> = nothing,
): Promise<Committed<Result>> {
  return knex.transaction(async (trx) => {
    const result = await work(trx)
    const generation = await nextGeneration(trx)
    await record(trx, result, generation)
    const changes = typeof change === 'function' ? change(result) : [change]
    await recordChanges(trx, changes, generation)
    return { result, generation }
  })
}

const nothing = async () => undefined

async function nextGeneration(trx: Knex.Transaction): Promise<number> {
  const rows = await trx('routing').increment('generation', 1).returning('generation')
  const generation = Number(rows[0].generation)
  await trx.raw(
    "select pg_notify(?, ?), set_config('idle_in_transaction_session_timeout', ?, true)",
    [GENERATION_CHANNEL, String(generation), String(LOST_CHANGE_MS)],
  )
  return generation
}

/** As recordChange, last in a transaction of another part that changes what requests are routed by. */
export async function recordRoutedChange(trx: Knex.Transaction, change: Change): Promise<number> {
  const generation = await nextGeneration(trx)
  await recordChange(trx, change, generation)
  return generation
}

/**
 * The audit entry and the event of a change, in its transaction.
 * @param generation null: the change touches nothing that requests are routed by
 */
export function recordChange(
  trx: Knex.Transaction,
  change: Change,
  generation: number | null,
): Promise<void> {
  return recordChanges(trx, [change], generation)
}

/** Of one statement: each has some values, and PostgreSQL takes 65,535. */
const ROWS = 1000

/** As `recordChange`, of many in as few statements: others may wait for this transaction. */
export async function recordChanges(
  trx: Knex.Transaction,
  changes: readonly Change[],
  generation: number | null,
): Promise<void> {
  for (let from = 0; from < changes.length; from += ROWS) {
    await recordSome(trx, changes.slice(from, from + ROWS), generation)
  }
}

async function recordSome(
  trx: Knex.Transaction,
  changes: readonly Change[],
  generation: number | null,
): Promise<void> {
  const routed = generation === null ? {} : { generation }
  const entries = changes.map(({ tenant, actor, action, subject, traceId, detail = {} }) => ({
    ...{ tenant, actor, action, subject, traceId, detail, ...routed },
    outcome: 'done',
  }))
  await insertAuditEntries(trx, entries)
  const events = changes.map(({ action, subject, tenant, traceId, detail, actor }) => ({
    ...{ subject, tenant, traceId },
    type: `signalbox.${action}`,
    data: { ...detail, actor, ...routed },
  }))
  const sequences = await insertOutboxEvents(trx, events)
  const isNews = (_: string, index: number) => hostEventType(events[index]?.type ?? '')
  await queueNews(trx, sequences.filter(isNews))
  const { plugins, required } = wokenBy(changes)
  await noteWakes(trx, plugins)
  await noteWakesOfRequiring(trx, required)
}
