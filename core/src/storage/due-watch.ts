import type { Knex } from 'knex'
import { paceOf } from './due-pace.ts'
import type { Wakes } from './wakes.ts'

/** One that is not answered by then counts as failed: every loop looks for itself. */
const ANSWER_MS = 2000

/** One scalar of SQL: in how many milliseconds something is due, by PostgreSQL's clock; null: nothing is. */
export interface DueQuestion {
  readonly sql: string
  /** For its question marks, as they are when it is asked. */
  readonly values?: () => readonly number[]
}

interface Ports {
  readonly knex: Knex
  /** Whether this node hears the hints of others at this moment. */
  readonly isHearing: () => boolean
  readonly log: { warn(fields: object, message: string): void }
  /** For tests; the process's own when left out. */
  readonly monotonic?: () => number
}

interface Asked {
  readonly question: DueQuestion
  readonly look: () => void
  lookedAt: number
  planned: NodeJS.Timeout | undefined
}

/**
 * Asks PostgreSQL what is due for all loops of this node, in one statement, so that a host at rest asks little. It never
 * tells what is to be done: a loop that is woken looks for itself, and one that is not woken is at most late. Where the
 * question cannot be answered, every loop looks, as it would without it.
 */
export class DueWatch {
  readonly #ports: Ports
  readonly #monotonic: () => number
  readonly #asked = new Set<Asked>()
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #isStopped = true
  #isAway = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#monotonic = ports.monotonic ?? (() => performance.now())
  }

  /** Wakes a loop when the answer says so. */
  when(question: DueQuestion): Wakes {
    return {
      begin: (look) => {
        const asked: Asked = { question, look, lookedAt: this.#monotonic(), planned: undefined }
        this.#asked.add(asked)
        return () => {
          this.#asked.delete(asked)
          clearTimeout(asked.planned)
        }
      },
    }
  }

  start(): void {
    this.#isStopped = false
    this.#plan(0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    for (const { planned } of this.#asked) clearTimeout(planned)
    await this.#asking
  }

  /** Whatever is routed by is another now: every loop looks. */
  rouse(): void {
    for (const asked of this.#asked) this.#wake(asked)
  }

  #plan(ms: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask()
    }, ms)
    this.#timer.unref()
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    const askedAt = this.#monotonic()
    const all = [...this.#asked]
    const due = await this.#answers(all)
    const now = this.#monotonic()
    const answers = all.map(({ lookedAt }, n) => ({
      dueMs: due[n] ?? null,
      quietMs: now - lookedAt,
    }))
    const { lookInMs, askInMs } = paceOf(answers, this.#ports.isHearing())
    for (const [n, asked] of all.entries()) this.#wakeIn(asked, lookInMs[n])
    this.#plan(Math.max(0, askInMs - (now - askedAt)))
  }

  /** In the order of the questions. */
  async #answers(all: readonly Asked[]): Promise<readonly (number | null)[]> {
    if (all.length === 0) return []
    try {
      const due = await readDue(
        this.#ports.knex,
        all.map(({ question }) => question),
      )
      this.#isAway = false
      return due
    } catch (err) {
      if (!this.#isAway && !this.#isStopped) {
        this.#ports.log.warn({ err }, 'what is due cannot be read: every loop looks for itself')
      }
      this.#isAway = true
      return all.map(() => 0)
    }
  }

  #wakeIn(asked: Asked, ms: number | undefined): void {
    clearTimeout(asked.planned)
    if (ms === undefined || !this.#asked.has(asked)) return
    if (ms === 0) this.#wake(asked)
    else {
      asked.planned = setTimeout(() => this.#wake(asked), ms)
      asked.planned.unref()
    }
  }

  #wake(asked: Asked): void {
    if (this.#isStopped) return
    asked.lookedAt = this.#monotonic()
    asked.look()
  }
}

async function readDue(
  knex: Knex,
  questions: readonly DueQuestion[],
): Promise<readonly (number | null)[]> {
  const columns = questions.map(({ sql }, n) => `(${sql})::float8 as due_${n}`)
  const values = questions.flatMap(({ values }) => values?.() ?? [])
  const { rows } = await knex
    .raw<{ rows: Record<string, number | null>[] }>(`select ${columns.join(', ')}`, values)
    .timeout(ANSWER_MS)
  return questions.map((_, n) => rows[0]?.[`due_${n}`] ?? null)
}

/** What is due at once where there is such a row. */
export function dueWhere(condition: string): DueQuestion {
  return { sql: `select 0 where ${condition}` }
}

/** @param instant of type timestamptz; null where there is none */
export function msUntil(instant: string): string {
  return `extract(epoch from (${instant}) - clock_timestamp()) * 1000`
}
