import { isDeepStrictEqual } from 'node:util'
import type { Question } from './series.ts'

export interface CallRecord {
  /** Milliseconds since the epoch. */
  readonly sentAt: number
  readonly tookMs: number
  /** Whose answer it was; undefined: nobody's. */
  readonly version: string | undefined
  /** What the app saw go wrong; undefined: nothing. */
  readonly error: string | undefined
}

interface Target {
  readonly url: string
  readonly key: string
}

/** The app: it calls at a fixed rate whatever is answered, and looks at every answer. */
export class Caller {
  readonly records: CallRecord[] = []
  readonly #target: Target
  readonly #bodies: readonly string[]
  readonly #questions: readonly Question[]
  readonly #open = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #sent = 0

  constructor(target: Target, questions: readonly Question[]) {
    this.#target = target
    this.#questions = questions
    this.#bodies = questions.map(({ series }) => JSON.stringify({ series }))
  }

  /** What a late tick has missed is sent at once, so that the rate holds on a busy machine. */
  start(callsPerS: number): void {
    const startedAt = Date.now()
    this.#timer = setInterval(() => {
      const due = Math.floor(((Date.now() - startedAt) * callsPerS) / 1000)
      while (this.#sent < due) this.#send()
    }, 1000 / callsPerS)
  }

  /** Resolves when the last call is answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
  }

  sentSince(instant: number): readonly CallRecord[] {
    return this.records.filter(({ sentAt }) => sentAt >= instant)
  }

  #send(): void {
    const index = this.#sent++ % this.#questions.length
    const call = this.#call(index).finally(() => this.#open.delete(call))
    this.#open.add(call)
  }

  async #call(index: number): Promise<void> {
    const sentAt = Date.now()
    const began = performance.now()
    const seen = await this.#ask(index).catch((error: Error) => ({
      version: undefined,
      error: `no answer: ${error.message}`,
    }))
    this.records.push({ sentAt, tookMs: performance.now() - began, ...seen })
  }

  async #ask(index: number): Promise<Pick<CallRecord, 'version' | 'error'>> {
    const response = await fetch(this.#target.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#target.key}`,
        'content-type': 'application/json',
      },
      body: this.#bodies[index] as string,
      signal: AbortSignal.timeout(10_000),
    })
    const answer: unknown = await response.json()
    const version = response.headers.get('signalbox-version') ?? undefined
    if (response.status !== 200) {
      return { version, error: `${response.status} ${(answer as { code?: string }).code ?? ''}` }
    }
    const isRight = isDeepStrictEqual(answer, this.#questions[index]?.expected)
    return { version, error: isRight ? undefined : `a wrong answer of ${version}` }
  }
}
