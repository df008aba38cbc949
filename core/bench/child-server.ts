import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a server says of itself; of memory, where it was made to. */
export interface ServerUsage extends NodeJS.CpuUsage {
  /** Resident now and at most until now, in bytes. */
  readonly rss?: number
  readonly maxRss?: number
}

/** A server of a bench as a process of its own. It tells where it listens, and at any message what CPU it has used. */
export class ChildServer<Facts> {
  readonly facts: Facts
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, facts: Facts) {
    this.#child = child
    this.facts = facts
  }

  static async start<Facts>(
    file: string,
    words: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const env = { ...process.env, ...environment }
    const child = fork(join(import.meta.dirname, file), [...words], { env })
    const facts = await new Promise<Facts>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Facts))
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    })
    return new ChildServer<Facts>(child, facts)
  }

  /** User and system time of all its threads until now, in microseconds. */
  async cpuUs(): Promise<number> {
    const { user, system } = await this.usage()
    return user + system
  }

  async usage(): Promise<ServerUsage> {
    this.#child.send('usage')
    const [usage] = (await once(this.#child, 'message')) as [ServerUsage]
    return usage
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}
