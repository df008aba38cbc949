import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import type { Judgement, SqlText } from './judge-text.ts'
import type { MigrationFault } from './migration-gate.ts'
import type { SqlVerdict } from './sql-gate.ts'
import type { MigrationDirection } from './table-rules.ts'

export interface SqlJudgeOptions {
  /** For one text, counted from when the thread turns to it. */
  readonly timeoutMs?: number
}

/** Texts of a plugin are constants of its bundle: some hundred plugins with some dozen statements each fit. */
const REMEMBERED_TEXTS = 4000
/** Ten pages of SQL. A longer query is generated, and its values belong into parameters. */
const MAX_QUERY_CHARACTERS = 32 * 1024
/** Ordinary texts take 0.1–1 ms; the worst of 32 KB took 270 ms cold. */
const JUDGE_TIMEOUT_MS = 5000
/** New texts of one plugin that wait: four times the host calls that one guest may have under way. */
const MAX_WAITING_TEXTS = 256

interface Question {
  readonly text: SqlText
  readonly done: (judgement: Judgement) => void
}

/** What is said of the text that the thread was lost over. */
const lost = judgementOf('the parser did not come to an end with it')
const crowded = judgementOf('too many new statements of this plugin wait to be checked; try again')

/**
 * Asks the gate in a thread of its own: a text made to be slow, or to break the parser, then costs only the
 * plugin's own waiting time, never the host's event loop. The thread has one text at a time, so the clock
 * runs for that text alone and only that text is to blame when the thread is lost; plugins take turns, so
 * a crowd of slow texts delays another plugin's by one of them. Query texts are remembered: a text that
 * was seen before costs a look-up.
 */
export class SqlJudge {
  readonly #timeoutMs: number
  #worker: Worker | undefined
  #isReady = false
  #current: Question | undefined
  #timer: NodeJS.Timeout | undefined
  /** By plugin, whose turn it is first; no list is empty. */
  readonly #waiting = new Map<string, Question[]>()
  /** Insertion order is the order of last use. */
  readonly #verdicts = new Map<string, SqlVerdict>()

  constructor({ timeoutMs = JUDGE_TIMEOUT_MS }: SqlJudgeOptions = {}) {
    this.#timeoutMs = timeoutMs
  }

  async query(sql: string, plugin: string): Promise<SqlVerdict> {
    if (sql.length > MAX_QUERY_CHARACTERS) {
      return { refusal: `it is longer than ${MAX_QUERY_CHARACTERS} characters` }
    }
    const known = this.#verdicts.get(sql)
    if (known) {
      this.#verdicts.delete(sql)
      this.#verdicts.set(sql, known)
      return known
    }
    const judgement = await this.#ask({ purpose: 'query', sql }, plugin)
    const { verdict } = judgement
    assert(verdict)
    // A crowd passes, and so may what kept the thread from its work.
    if (judgement !== lost && judgement !== crowded) this.#remember(sql, verdict)
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

  async migration(
    sql: string,
    purpose: MigrationDirection,
    plugin: string,
  ): Promise<readonly MigrationFault[]> {
    const { faults } = await this.#ask({ purpose, sql }, plugin)
    assert(faults)
    return faults
  }

  async stop(): Promise<void> {
    this.#refuseAll()
    await this.#worker?.terminate()
  }

  #ask(text: SqlText, plugin: string): Promise<Judgement> {
    const queue = this.#waiting.get(plugin) ?? []
    if (queue.length >= MAX_WAITING_TEXTS) return Promise.resolve(crowded)
    return new Promise((done) => {
      queue.push({ text, done })
      this.#waiting.set(plugin, queue)
      this.#next()
    })
  }

  /** Gives the thread its next text, if it has none; a thread that is missing is started for it. */
  #next(): void {
    if (this.#current) return
    const turn = this.#waiting.entries().next().value
    if (!turn) {
      // A thread that waits for work must not keep the host from ending.
      this.#worker?.unref()
      return
    }
    this.#worker ??= this.#start()
    this.#worker.ref()
    if (!this.#isReady) return
    const [plugin, queue] = turn
    this.#current = queue.shift()
    this.#waiting.delete(plugin)
    if (queue.length > 0) this.#waiting.set(plugin, queue)
    const worker = this.#worker
    this.#timer = setTimeout(() => void worker.terminate(), this.#timeoutMs)
    worker.postMessage(this.#current?.text)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sql-judge-worker.ts', import.meta.url), {
      // Flags of the host, such as source maps, are not for this thread.
      execArgv: [],
    })
    worker.on('message', (message: 'ready' | Judgement) => {
      if (message === 'ready') this.#isReady = true
      else this.#answer(message)
      this.#next()
    })
    // 'exit' follows; without a listener the thread's error would be the host's.
    worker.on('error', () => undefined)
    worker.on('exit', () => this.#lost())
    return worker
  }

  #answer(judgement: Judgement): void {
    clearTimeout(this.#timer)
    const question = this.#current
    this.#current = undefined
    question?.done(judgement)
  }

  /** The text that was asked is to blame; those that wait are asked in another thread. */
  #lost(): void {
    const wasReady = this.#isReady
    this.#worker = undefined
    this.#isReady = false
    if (wasReady) this.#answer(lost)
    // It never came to work, and the next would fare no better: whoever waits is told.
    else this.#refuseAll()
    this.#next()
  }

  #refuseAll(): void {
    const waiting = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    for (const { done } of waiting) done(lost)
  }
}

function judgementOf(refusal: string): Judgement {
  return { verdict: { refusal }, faults: [{ line: 1, detail: refusal }] }
}
