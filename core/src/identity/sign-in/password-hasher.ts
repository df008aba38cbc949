import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { coreErrors } from '../../errors.ts'

/** Argon2id with OWASP's first choice (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Half of libuv's threads: files and name look-ups of the host have the others. */
const MAX_AT_ONCE = 2

/** At some 30 ms each a second's worth; who comes then is told to come again. */
const MAX_WAITING = 64

/** Hashes and checks passwords on threads beside the event loop, a few at once. */
export class PasswordHasher {
  readonly #waiting: (() => void)[] = []
  #running = 0
  /** Of a password that nobody has: an unknown user takes as long as a known one, from the first on. */
  readonly #nobody = hash(randomBytes(32), parameters)

  /** @returns a PHC string. @throws CORE_OVERLOADED */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, parameters))
  }

  /** @param phc undefined: there is no such user; it takes as long and is false. @throws CORE_OVERLOADED */
  async verify(phc: string | undefined, password: string): Promise<boolean> {
    const against = phc ?? (await this.#nobody)
    const fits = await this.#inTurn(() => verify(against, password))
    return fits && phc !== undefined
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= MAX_AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 2 })
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return await work()
    } finally {
      // The place goes to whoever waits: nobody who comes now may take it first.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}

/** Whether a kept hash was made with less than today's parameters. */
export function isOutdated(phc: string): boolean {
  const { memoryCost, timeCost, parallelism } = parameters
  return !phc.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`)
}
