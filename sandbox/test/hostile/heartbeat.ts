import { setTimeout as wait } from 'node:timers/promises'
import type { GuestOutcome, Sandbox } from '../../src/index.ts'
import { bundle, codeOf, guestCall } from '../guest-fixture.ts'

/** Short beside the outage that is looked for, long enough to leave the cores to the attack. */
const PAUSE_MS = 4

const source = bundle('add: (input) => input.a + input.b')

/**
 * A well-behaved plugin that is called without a pause, one call after the other. Its outage is the longest
 * time between two of its answers.
 */
export class Heartbeat {
  readonly #sandbox: Sandbox
  readonly #isRunning = { value: true }
  readonly #done: Promise<void>
  readonly wrong: string[] = []
  beats = 0
  #worstMs = 0
  #lastAt = performance.now()

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
    this.#done = this.#beat()
  }

  /** From here on; what came before is forgotten. */
  begin(): void {
    this.#worstMs = 0
  }

  /** The longest gap since `begin`, with the one that is open now: it ends with the next answer. */
  async end(): Promise<number> {
    const seen = this.beats
    while (this.beats < seen + 2) await wait(1)
    return this.#worstMs
  }

  async stop(): Promise<void> {
    this.#isRunning.value = false
    await this.#done
  }

  async #beat(): Promise<void> {
    while (this.#isRunning.value) {
      const outcome = await this.#add()
      const now = performance.now()
      this.#worstMs = Math.max(this.#worstMs, now - this.#lastAt)
      this.#lastAt = now
      this.beats++
      if (outcome.kind !== 'ok' || outcome.outputJson !== '3') this.wrong.push(codeOf(outcome))
      await wait(PAUSE_MS)
    }
  }

  #add(): Promise<GuestOutcome> {
    return this.#sandbox.call(
      guestCall(source, {
        operation: 'add',
        input: { a: 1, b: 2 },
        plugin: '@neighbour/adds',
        tenant: 'quiet',
        // A neighbour that waits, for its lane or for a core, is an outage, not an error: it must not end before
        // it is measured. A turn's limit is wall time, so a machine that stands still uses it up, too.
        deadlineMs: 20_000,
        limits: { turnMs: 2000 },
      }),
    )
  }
}
