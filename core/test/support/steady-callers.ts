import type { Answers } from './canary-load.ts'
import type { HostProcess, Teardown } from './host-process.ts'
import { callProbe } from './probe.ts'

const CALLS_PER_S = 50

/** Callers of `echo` who come by the clock, whatever the host does meanwhile, and note what they are answered. */
export class SteadyCallers {
  readonly #answers = new Map<string, number>()
  readonly #open = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout

  private constructor(host: HostProcess, key: string) {
    this.#timer = setInterval(() => {
      const one = this.#call(host, key).finally(() => this.#open.delete(one))
      this.#open.add(one)
    }, 1000 / CALLS_PER_S)
  }

  static start(t: Teardown, host: HostProcess, key: string): SteadyCallers {
    const callers = new SteadyCallers(host, key)
    t.teardown(() => callers.stop())
    return callers
  }

  /** Nobody calls any more, and whoever called has an answer. */
  async stop(): Promise<Answers> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
    return this.#answers
  }

  async #call(host: HostProcess, key: string): Promise<void> {
    const answer = await callProbe(host, key, 'echo', { text: 'hello' }).then(
      ({ status, headers, body }) =>
        `${status} ${headers.get('signalbox-version') ?? body?.code ?? ''}`,
      (error: Error) => `no answer: ${error.message}`,
    )
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1)
  }
}
