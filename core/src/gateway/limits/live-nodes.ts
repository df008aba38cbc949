import type { Knex } from 'knex'
import { countLiveNodes } from '../../rollout/nodes/node-store.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'

/** As often as nodes say that they live. */
const LOOK_MS = 2000

/**
 * How many nodes share the limits, this one included. While PostgreSQL is away the last known count holds: whoever
 * cannot be seen may still serve.
 */
export class LiveNodes {
  readonly #knex: Knex
  readonly #runs = new RepeatedRun(() => this.#look(), LOOK_MS)
  #count: number | undefined

  constructor(knex: Knex) {
    this.#knex = knex
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
