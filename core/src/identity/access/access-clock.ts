import type { Knex } from 'knex'
import type { DueWatch } from '../../storage/due-watch.ts'
import type { Hints } from '../../storage/hints.ts'
import { everyMs } from '../../storage/wakes.ts'
import { ACCESS_CHANNEL } from './access-change.ts'
import { otherRevision, readRevision, readRevisionsSince } from './access-store.ts'

/** A node that missed a NOTIFY learns of a change after this long at most. */
const POLL_MS = 500

interface Ports {
  readonly knex: Knex
  readonly hints: Pick<Hints, 'hear'>
  /** What tells of changes that no hint was heard of; without it, a poll. */
  readonly due?: Pick<DueWatch, 'when'>
  readonly log: { warn(fields: object, message: string): void }
}

/** What this node has heard of changes of what users may do. While PostgreSQL is away, the last it heard holds. */
export class AccessClock {
  readonly #ports: Ports
  readonly #revisions = new Map<string, number>()
  #revision = -1
  #looking: Promise<void> | undefined
  #isAskedAgain = false
  #isAway = false
  #end: () => void = () => undefined

  constructor(ports: Ports) {
    this.#ports = ports
    ports.hints.hear(ACCESS_CHANNEL, () => this.#check())
  }

  async start(): Promise<void> {
    await this.#look()
    const { due } = this.#ports
    const wakes = due?.when(otherRevision(() => this.#revision)) ?? everyMs(POLL_MS)
    this.#end = wakes.begin(() => this.#check())
  }

  async stop(): Promise<void> {
    this.#end()
    await this.#looking?.catch(() => undefined)
  }

  /** The last change of the tenant that this node has heard of. */
  of(tenant: string): number {
    return this.#revisions.get(tenant) ?? 0
  }

  /** After this resolves, nothing that was kept before the revision is used on this node. */
  async reach(revision: number): Promise<void> {
    while (this.#revision < revision) await this.#look()
  }

  /** One look at a time; whoever joins looks whether it was enough. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #read(): Promise<void> {
    const { knex } = this.#ports
    const revision = await readRevision(knex)
    if (revision === this.#revision) return
    // Of a tenant that changes again meanwhile the later number is read: it only makes more be asked anew.
    for (const [tenant, at] of await readRevisionsSince(knex, this.#revision)) {
      this.#revisions.set(tenant, at)
    }
    this.#revision = revision
  }

  /** Never rejects. What is told while it looks is looked at right after: the look may have begun before it. */
  #check(): void {
    if (this.#looking !== undefined) {
      this.#isAskedAgain = true
      return
    }
    void this.#look()
      .then(
        () => {
          this.#isAway = false
        },
        (err: unknown) => {
          if (!this.#isAway) this.#ports.log.warn({ err }, 'changes of users cannot be read')
          this.#isAway = true
        },
      )
      .finally(() => {
        if (!this.#isAskedAgain) return
        this.#isAskedAgain = false
        this.#check()
      })
  }
}
