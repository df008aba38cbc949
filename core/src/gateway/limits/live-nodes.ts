import type { Knex } from 'knex'
import { countLiveNodes, otherCount } from '../../rollout/nodes/node-store.ts'
import type { DueWatch } from '../../storage/due-watch.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'

interface Ports {
  readonly knex: Knex
  readonly due: Pick<DueWatch, 'when'>
}

/**
 * How many nodes share the limits, this one included. While PostgreSQL is away the last known count holds: whoever
 * cannot be seen may still serve.
 */
export class LiveNodes {
  readonly #knex: Knex
  readonly #runs: RepeatedRun
  #count: number | undefined

  constructor({ knex, due }: Ports) {
    this.#knex = knex
    this.#runs = new RepeatedRun(() => this.#look(), due.when(otherCount(() => this.#count ?? 0)))
  }

  async start(): Promise<void> {
    await this.#runs.run()
    this.#runs.start()
  }

  stop(): Promise<void> {
    return this.#runs.stop()
  }

  /** Two, while nobody knows: alone is what has to be known for certain. */
  get count(): number {
    return this.#count ?? 2
  }

  async #look(): Promise<void> {
    const found = await countLiveNodes(this.#knex).catch(() => undefined)
    if (found !== undefined) this.#count = Math.max(1, found)
  }
}
