import { askHost, type HostAccess, HostAway, type Question } from './ask-host.ts'
import type { Assignment } from './assignment.ts'
import { AssignmentCache } from './assignment-cache.ts'
import { EvaluationError } from './evaluation-error.ts'

export interface SignalboxProviderOptions {
  /** Where the host listens, such as `https://signalbox.corp`. */
  readonly url: string | URL
  /** A token that may read rollouts; a function is asked before each request. */
  readonly token: string | (() => string | Promise<string>)
  /** Of evaluations whose context has no `tenant`. */
  readonly tenant?: string
  /** What an evaluation waits for the host at most, in milliseconds; 500. */
  readonly deadlineMs?: number
  /** How long an answer is used without asking again, in milliseconds; 1000. */
  readonly freshMs?: number
  /** Answers that are kept, about 300 bytes each; 1000. */
  readonly mostKept?: number
  readonly fetch?: typeof fetch
  /** Milliseconds, of a clock that only rises. */
  readonly now?: () => number
}

/** Evaluations that wait for the host at once; more are answered as if it were away. */
const MOST_ASKED = 256
/** A host that is away is not waited for by every evaluation: one in so many milliseconds tries. */
const RETRY_MS = 1000

/** What of OpenFeature's context is read here: JSON of any kind may stand beside it. */
interface Context {
  readonly targetingKey?: string | undefined
  readonly [name: string]: unknown
}

interface Logger {
  warn(...words: unknown[]): void
}

interface Resolution<Value> {
  readonly value: Value
  readonly variant: string
  /**
   * `SPLIT`: drawn by its bucket. `TARGETING_MATCH`: the rollout names it, or takes all. `STATIC`: no rollout. `CACHED`:
   * one of these, not asked for again. `STALE`: the last that is known, as the host is away.
   */
  readonly reason: 'SPLIT' | 'TARGETING_MATCH' | 'STATIC' | 'CACHED' | 'STALE'
  readonly flagMetadata: Record<string, string | number | boolean>
}

/**
 * An OpenFeature provider for server applications: a flag is a plugin, its variant the version that serves the
 * context's `targetingKey`. As a string a flag is that version; as a boolean, whether it is the new one of a
 * running rollout. It has the shape of the SDK's `Provider`, and imports nothing of it.
 *
 * Fails static: while the host is away, the last answer is given (`STALE`); where there is none, the caller's
 * default (`ERROR`), after `deadlineMs` at most. Nothing is ever thrown at the application.
 */
export class SignalboxProvider {
  readonly metadata = { name: 'signalbox' } as const
  readonly runsOn = 'server'
  readonly #access: HostAccess
  readonly #tenant: string | undefined
  readonly #now: () => number
  readonly #cache: AssignmentCache
  readonly #asked = new Map<string, Promise<Assignment>>()
  #awayUntil = Number.NEGATIVE_INFINITY

  constructor(options: SignalboxProviderOptions) {
    const { url, token, tenant, deadlineMs = 500, freshMs = 1000, mostKept = 1000 } = options
    this.#access = { url, token, deadlineMs, fetch: options.fetch ?? globalThis.fetch }
    this.#tenant = tenant
    this.#now = options.now ?? (() => performance.now())
    this.#cache = new AssignmentCache({ freshMs, most: mostKept })
  }

  async resolveStringEvaluation(
    plugin: string,
    _default: string,
    context: Context,
    logger: Logger,
  ): Promise<Resolution<string>> {
    return this.#resolve(plugin, context, logger, ({ version }) => version)
  }

  async resolveBooleanEvaluation(
    plugin: string,
    _default: boolean,
    context: Context,
    logger: Logger,
  ): Promise<Resolution<boolean>> {
    return this.#resolve(plugin, context, logger, ({ arm }) => arm === 'canary')
  }

  async resolveNumberEvaluation(plugin: string): Promise<Resolution<number>> {
    throw mismatch(plugin)
  }

  async resolveObjectEvaluation<Value>(plugin: string): Promise<Resolution<Value>> {
    throw mismatch(plugin)
  }

  async #resolve<Value>(
    plugin: string,
    context: Context,
    logger: Logger,
    valueIn: (assignment: Assignment) => Value,
  ): Promise<Resolution<Value>> {
    const question = questionOf(plugin, context, this.#tenant)
    const name = JSON.stringify(question)
    const resolved = (assignment: Assignment, reason: Resolution<Value>['reason']) => ({
      value: valueIn(assignment),
      variant: assignment.version,
      reason,
      flagMetadata: metadataOf(assignment),
    })
    const fresh = this.#cache.fresh(name, this.#now())
    if (fresh !== undefined) return resolved(fresh, 'CACHED')
    try {
      const assignment = await this.#ask(name, question, logger)
      return resolved(assignment, reasonOf(assignment))
    } catch (error) {
      if (!(error instanceof HostAway)) throw error
      const last = this.#cache.last(name)
      if (last !== undefined) return resolved(last, 'STALE')
      throw new EvaluationError(error.message, { code: 'GENERAL', cause: error })
    }
  }

  /** Evaluations of one question at once share one request. */
  async #ask(name: string, question: Question, logger: Logger): Promise<Assignment> {
    const asked = this.#asked.get(name)
    if (asked !== undefined) return asked
    if (this.#now() < this.#awayUntil) throw new HostAway('the host could not be reached just now')
    if (this.#asked.size >= MOST_ASKED) throw new HostAway('too many wait for the host')
    const asking = this.#askNow(name, question, logger).finally(() => this.#asked.delete(name))
    this.#asked.set(name, asking)
    return asking
  }

  async #askNow(name: string, question: Question, logger: Logger): Promise<Assignment> {
    try {
      const assignment = await askHost(this.#access, question)
      this.#awayUntil = Number.NEGATIVE_INFINITY
      return this.#cache.keep(name, assignment, this.#now())
    } catch (error) {
      if (error instanceof HostAway) {
        logger.warn(`signalbox: ${error.message}; versions stay as they were last known`)
        this.#awayUntil = this.#now() + RETRY_MS
      }
      throw error
    }
  }
}

function questionOf(plugin: string, context: Context, usual: string | undefined): Question {
  const { targetingKey, tenant = usual } = context
  if (typeof targetingKey !== 'string' || targetingKey === '') {
    throw new EvaluationError('targetingKey: what the rollout draws by', {
      code: 'TARGETING_KEY_MISSING',
    })
  }
  if (typeof tenant !== 'string') {
    throw new EvaluationError('name a tenant in the context or the options', {
      code: 'INVALID_CONTEXT',
    })
  }
  return { plugin, tenant, key: targetingKey }
}

function reasonOf({ rollout, bucket }: Assignment): 'SPLIT' | 'TARGETING_MATCH' | 'STATIC' {
  if (rollout === undefined) return 'STATIC'
  return bucket === undefined ? 'TARGETING_MATCH' : 'SPLIT'
}

function metadataOf({ arm, generation, reason, bucket, rollout }: Assignment) {
  return {
    arm,
    generation,
    reason,
    ...(bucket === undefined ? {} : { bucket }),
    ...(rollout === undefined ? {} : { rollout }),
  }
}

function mismatch(plugin: string): EvaluationError {
  return new EvaluationError(`${plugin}: ask for a string or a boolean`, { code: 'TYPE_MISMATCH' })
}
