import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { appendEvents } from './event-log-store.ts'
import { GroupCommit } from './group-commit.ts'

/** Characters of one write: some thousand usual events, and what PostgreSQL takes in well under a second. */
const MAX_BATCH = 4 * 1024 * 1024
/** Characters that wait in memory while PostgreSQL is slow. */
const MAX_WAITING = 32 * 1024 * 1024

interface Ports {
  readonly knex: Knex
  /** Told after events became durable, and whether some plugin is to have one of them. */
  readonly onAppended: (areHeard: boolean) => void
}

/** The one way into the event log of the host's database. */
export class EventLog {
  readonly #commits: GroupCommit<readonly NewEvent[], number>

  constructor({ knex, onAppended }: Ports) {
    this.#commits = new GroupCommit({
      write: async (requests) => {
        const logged = await appendEvents(knex, requests.flat())
        onAppended(logged.some(({ isHeard }) => isHeard))
        return acceptedOf(requests, logged)
      },
      weightOf: (events) => events.reduce((sum, { event }) => sum + event.length, 0),
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      refusal: () => coreErrors.create('OVERLOADED', {}, { retryAfterS: 1 }),
    })
  }

  /**
   * Resolves when all of them are durable; all or none are.
   * @returns how many were new: the others were known by (tenant, source, id)
   */
  append(events: readonly NewEvent[]): Promise<number> {
    return this.#commits.add(events)
  }

  drained(): Promise<void> {
    return this.#commits.drained()
  }
}

/** How many events of each request were new. Where two say the same, the first one was. */
function acceptedOf(
  requests: readonly (readonly NewEvent[])[],
  logged: readonly Pick<NewEvent, 'tenant' | 'source' | 'id'>[],
): readonly number[] {
  const fresh = new Set(logged.map(keyOf))
  return requests.map((events) => events.filter((event) => fresh.delete(keyOf(event))).length)
}

function keyOf({ tenant, source, id }: Pick<NewEvent, 'tenant' | 'source' | 'id'>): string {
  return JSON.stringify([tenant, source, id])
}
