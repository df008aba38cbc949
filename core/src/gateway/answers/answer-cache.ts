import { hash } from 'node:crypto'

export interface CacheableAnswer {
  readonly outputJson: string
  readonly version: string
}

export interface KeptAnswer extends CacheableAnswer {
  /** Strong, without quotes. */
  readonly tag: string
  /** Milliseconds by the clock of the cache. */
  readonly storedAt: number
  readonly freshUntil: number
}

export interface FoundAnswer {
  readonly answer: KeptAnswer
  /** `joined`: another call was under way to the same answer. */
  readonly state: 'hit' | 'miss' | 'joined'
}

interface Options {
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number
  /** Of all answers together, about. */
  readonly maxBytes: number
  /** A larger answer is not kept: it would push out many small ones. */
  readonly maxAnswerBytes: number
}

/** What an entry costs beside its text. */
const ENTRY_BYTES = 400

/**
 * Answers of safe operations, on this node, least recently used first out. What is equal is said by the caller's key; the
 * cache knows no tenant and no version. Of calls for one key at the same time one is made, and the others take its answer.
 */
export class AnswerCache {
  readonly #options: Options
  readonly #kept = new Map<string, KeptAnswer>()
  readonly #making = new Map<string, Promise<KeptAnswer>>()
  #bytes = 0

  constructor(options: Options) {
    this.#options = options
  }

  get stats(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#bytes }
  }

  async through(
    key: string,
    maxAgeMs: number,
    make: () => Promise<CacheableAnswer>,
  ): Promise<FoundAnswer> {
    const kept = this.#fresh(key)
    if (kept !== undefined) return { answer: kept, state: 'hit' }
    const making = this.#making.get(key)
    if (making !== undefined) {
      // A failure is its own caller's: whoever joined asks for itself.
      const answer = await making.catch(() => undefined)
      return answer === undefined
        ? { answer: await this.#make(key, maxAgeMs, make), state: 'miss' }
        : { answer, state: 'joined' }
    }
    const made = this.#make(key, maxAgeMs, make)
    this.#making.set(key, made)
    try {
      return { answer: await made, state: 'miss' }
    } finally {
      this.#making.delete(key)
    }
  }

  #fresh(key: string): KeptAnswer | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#drop(key, kept)
    if (this.#options.now() >= kept.freshUntil) return undefined
    this.#put(key, kept)
    return kept
  }

  async #make(
    key: string,
    maxAgeMs: number,
    make: () => Promise<CacheableAnswer>,
  ): Promise<KeptAnswer> {
    // Its age is counted from when it was asked for: what it says was true no later.
    const storedAt = this.#options.now()
    const { outputJson, version } = await make()
    const tag = hash('sha256', outputJson, 'base64url').slice(0, 27)
    const answer = { outputJson, version, tag, storedAt, freshUntil: storedAt + maxAgeMs }
    if (sizeOf(answer) > this.#options.maxAnswerBytes) return answer
    const before = this.#kept.get(key)
    if (before !== undefined) this.#drop(key, before)
    this.#put(key, answer)
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= this.#options.maxBytes) break
      this.#drop(oldest, old)
    }
    return answer
  }

  #put(key: string, answer: KeptAnswer): void {
    this.#kept.set(key, answer)
    this.#bytes += sizeOf(answer)
  }

  #drop(key: string, answer: KeptAnswer): void {
    if (this.#kept.delete(key)) this.#bytes -= sizeOf(answer)
  }
}

/** A string of V8 has one or two bytes a character; the larger is taken. */
function sizeOf({ outputJson }: KeptAnswer): number {
  return outputJson.length * 2 + ENTRY_BYTES
}

/** All that an answer may depend on; what is left out of it, is shared. */
export function cacheKey(parts: {
  readonly tenant: string
  /** Null: apps of a tenant are answered alike. */
  readonly app: string | null
  /** Settings, grants and versions are of one. */
  readonly generation: number
  readonly version: string
  readonly operation: string
  readonly mask: string
  readonly input: unknown
}): string {
  const { tenant, app, generation, version, operation, mask, input } = parts
  const text = JSON.stringify([tenant, app, generation, version, operation, mask, canonical(input)])
  return hash('sha256', text, 'base64url')
}

/** The same for inputs that say the same: members in one order. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  // As pairs: a member could be called __proto__, and an array could look like an object.
  return {
    of: Object.entries(value)
      .sort(byName)
      .map(([name, member]) => [name, canonical(member)]),
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
