import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import type { Judgement, SqlText } from './judge-text.ts'
import type { MigrationFault } from './migration-gate.ts'
import type { SqlVerdict } from './sql-gate.ts'

/** Texts of a plugin are constants of its bundle: some hundred plugins with some dozen statements each fit. */
const REMEMBERED_TEXTS = 4000
/** Ten pages of SQL. A longer query is generated, and its values belong into parameters. */
const MAX_QUERY_CHARACTERS = 32 * 1024
/** Ordinary texts take 0.1–1 ms; the worst of 32 KB took 270 ms cold. */
const JUDGE_TIMEOUT_MS = 5000

interface Waiting {
  readonly done: (judgement: Judgement) => void
  readonly timer: NodeJS.Timeout
}

/** What is said of every text that was in flight when the thread was lost: one of them was the cause. */
const unjudged = 'the parser did not come to an end with it'
const lost: Judgement = {
  verdict: { refusal: unjudged },
  faults: [{ line: 1, detail: unjudged }],
}

/**
 * Asks the gate in a thread of its own: a text made to be slow, or to break the parser, then costs only the
 * plugins' own waiting time, never the host's event loop. Query texts are remembered, so a text that was
 * seen before costs a look-up.
 */
export class SqlJudge {
  #worker: Worker | undefined
  #nextId = 0
  readonly #waiting = new Map<number, Waiting>()
  /** Insertion order is the order of last use. */
  readonly #verdicts = new Map<string, SqlVerdict>()

  async query(sql: string): Promise<SqlVerdict> {
    if (sql.length > MAX_QUERY_CHARACTERS) {
      return { refusal: `it is longer than ${MAX_QUERY_CHARACTERS} characters` }
    }
    const known = this.#verdicts.get(sql)
    if (known) {
      this.#verdicts.delete(sql)
      this.#verdicts.set(sql, known)
      return known
    }
    const judgement = await this.#ask({ purpose: 'query', sql })
    const { verdict } = judgement
    assert(verdict)
    // The others in flight did no wrong: asked again, they get a verdict of their own.
    if (judgement !== lost) this.#remember(sql, verdict)
    return verdict
  }

  #remember(sql: string, verdict: SqlVerdict): void {
    this.#verdicts.set(sql, verdict)
    if (this.#verdicts.size > REMEMBERED_TEXTS) {
      for (const oldest of this.#verdicts.keys()) {
        this.#verdicts.delete(oldest)
        break
      }
    }
  }

  async migration(sql: string, purpose: 'expand' | 'down'): Promise<readonly MigrationFault[]> {
    const { faults } = await this.#ask({ purpose, sql })
    assert(faults)
    return faults
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate()
  }

  #ask(text: SqlText): Promise<Judgement> {
    const worker = this.#worker ?? this.#start()
    const id = this.#nextId++
    return new Promise((done) => {
      const timer = setTimeout(() => void worker.terminate(), JUDGE_TIMEOUT_MS)
      this.#waiting.set(id, { done, timer })
      worker.ref()
      worker.postMessage({ id, text })
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sql-judge-worker.ts', import.meta.url), {
      // Flags of the host, such as source maps, are not for this thread.
      execArgv: [],
    })
    this.#worker = worker
    // A thread that waits for work must not keep the host from ending.
    worker.unref()
    worker.on('message', ({ id, judgement }: { id: number; judgement: Judgement }) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      clearTimeout(waiting?.timer)
      if (this.#waiting.size === 0) worker.unref()
      waiting?.done(judgement)
    })
    // 'exit' follows; without a listener the thread's error would be the host's.
    worker.on('error', () => undefined)
    worker.on('exit', () => this.#lost(worker))
    return worker
  }

  /** The next question starts another thread. */
  #lost(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { done, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      done(lost)
    }
    this.#waiting.clear()
  }
}
