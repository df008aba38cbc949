import type { Knex } from 'knex'
import { cloudEvent, newEvent } from '../../events/cloud-event.ts'
import { appendForSubscribers, type SubscribedEvent } from '../../events/event-log-store.ts'
import { TellingLoop } from '../../events/telling-loop.ts'
import { traceContext, traceparent, traceRandom } from '../../gateway/trace-context.ts'
import { type MoveData, type RolloutNote, rolloutNotesAfter } from '../rollout-outbox.ts'
import { holdTold, putTold, readTold, tenantsToTell } from './rollout-news-store.ts'
import { EVERY_MOVE, moveTypes, toldMove } from './told-move.ts'

export interface RolloutNewsPorts {
  readonly knex: Knex
  /** Told after events became durable. */
  readonly onTold: () => void
  readonly log: { warn(fields: object, message: string): void }
}

/** Moves of one transaction, each told in every tenant that wants to hear of it; publishers wait for it. */
const MAX_AT_ONCE = 20

/**
 * Tells plugins of the moves of rollouts: each node looks at what moves wrote into the outbox, and one of them tells.
 * The events, their deliveries and how far was told are written together, so a killed host tells neither less nor
 * twice. Who is told is whoever is subscribed then, in tenants that the move concerns then.
 *
 * Not in the transactions of the moves: each would hold the row of the generation while it waits for its turn in the
 * event log, and what takes a bad version back must wait for nothing.
 */
export class RolloutNews {
  readonly #ports: RolloutNewsPorts
  readonly #loop: TellingLoop

  constructor(ports: RolloutNewsPorts) {
    this.#ports = ports
    const { log } = ports
    this.#loop = new TellingLoop({ tell: () => this.tell(), waiting: 'who hears of rollouts', log })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** A rollout may have moved. */
  look(): void {
    this.#loop.look()
  }

  /** @returns whether it told of some, and there may be more */
  async tell(): Promise<boolean> {
    const { knex, onTold } = this.#ports
    const next = await rolloutNotesAfter(knex, await readTold(knex), 1, { types: moveTypes })
    if (next.length === 0) return false
    const { seen, told } = await knex.transaction((trx) => tellNext(trx))
    if (told > 0) onTold()
    return seen > 0
  }
}

async function tellNext(trx: Knex.Transaction): Promise<{ seen: number; told: number }> {
  const after = await holdTold(trx)
  const notes = await rolloutNotesAfter(trx, after, MAX_AT_ONCE, { types: moveTypes })
  const last = notes.at(-1)
  if (last === undefined) return { seen: 0, told: 0 }
  const events: SubscribedEvent[] = []
  for (const note of notes) {
    const tenants = await tenantsToTell(trx, note.data as unknown as MoveData)
    for (const tenant of tenants) events.push(moveEvent(note, tenant))
  }
  const told = events.length === 0 ? 0 : await appendForSubscribers(trx, events)
  await putTold(trx, Number(last.data['generation']))
  return { seen: notes.length, told }
}

/** Of one rollout they are delivered one after the other, in the order of its moves. */
function moveEvent(note: RolloutNote, tenant: string): SubscribedEvent {
  const { id, type, subject, at } = note
  const event = cloudEvent({
    id,
    source: '/signalbox',
    type,
    key: subject,
    data: toldMove(note, tenant),
    at: at.getTime(),
    traceparent: traceparent(traceContext(undefined, traceRandom())),
    origin: undefined,
    extensions: { subject },
  })
  return { ...newEvent(tenant, event, at.getTime()), pattern: EVERY_MOVE }
}
