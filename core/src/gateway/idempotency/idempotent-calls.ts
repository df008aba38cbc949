import { randomUUID } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import { fingerprintOf } from './idempotency-key.ts'
import {
  type Claimed,
  claimKey,
  endKeyed,
  findKeyed,
  type KeptEnd,
  type KeyedCall,
  type KnownCall,
  releaseKey,
} from './idempotency-store.ts'

/** As long as a client may try again: what a queue that is off over a night still holds. */
const KEPT_MS = 24 * 3600_000

/** Beyond its deadline, for what the lane, the seal and this row take. */
const GRACE_MS = 10_000

/** A larger answer is not kept: its caller is told that the call ran. */
const MAX_KEPT_BYTES = 1024 * 1024

/**
 * Refusals of the host that come before a guest is given the call. Only after these the same key may run; what failed
 * otherwise may have left something behind.
 */
const notRun: ReadonlySet<string> = new Set([
  'CORE_VERSION_NOT_READY',
  'CORE_VERSION_BLOCKED',
  'CORE_PLUGIN_NOT_ENABLED',
  'CORE_OPERATION_MISSING',
  'CORE_SERVICE_MISSING',
  'CORE_INPUT_INVALID',
  'CORE_OPERATION_NOT_FOR_USERS',
  'CORE_PERMISSION_MISSING',
  'CORE_DRAINING',
  'SBX_BUSY',
  'SBX_CIRCUIT_OPEN',
])

export interface KeyedAsk extends KeyedCall {
  readonly tenant: string
  readonly inputJson: string
  /** What the call may take. */
  readonly deadlineMs: number
}

export interface KeyedAnswer {
  readonly outputJson: string
  readonly version: string
  /** It was given before, and the guest was not asked again. */
  readonly isReplay: boolean
}

interface Ports {
  readonly knex: Knex
  readonly sealer: Pick<Sealer, 'seal' | 'open'>
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Runs a call once for each key, whoever asks how often (draft-ietf-httpapi-idempotency-key-header-07). That it begins is
 * written before it begins, and its answer before it is sent; so a host that is killed in between leaves a row that says
 * that nobody knows, and never a second run.
 */
export class IdempotentCalls {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @throws CORE_IDEMPOTENCY_KEY_REUSED, CORE_IDEMPOTENCY_IN_PROGRESS, CORE_IDEMPOTENCY_OUTCOME_UNKNOWN,
   *   CORE_IDEMPOTENCY_ANSWER_NOT_KEPT, and what the call was refused with, now or then
   */
  async once(
    ask: KeyedAsk,
    run: () => Promise<{ readonly outputJson: string; readonly version: string }>,
  ): Promise<KeyedAnswer> {
    const { caller, operation, key } = ask
    const claimed = { caller, operation, key, claim: randomUUID() }
    const fingerprint = fingerprintOf(ask.inputJson)
    const endsInMs = ask.deadlineMs + GRACE_MS
    const isOurs = await claimKey(this.#ports.knex, claimed, {
      fingerprint,
      endsInMs,
      keptMs: KEPT_MS,
    })
    if (!isOurs) return this.#replay(ask, fingerprint)
    let answer: Awaited<ReturnType<typeof run>>
    try {
      answer = await run()
    } catch (error) {
      await this.#endFailed(ask, claimed, error)
      throw error
    }
    const { outputJson, version } = answer
    await this.#end(
      ask,
      claimed,
      { outcome: 'answered', status: 200, version, code: null },
      outputJson,
    )
    return { outputJson, version, isReplay: false }
  }

  async #replay(ask: KeyedAsk, fingerprint: Buffer): Promise<KeyedAnswer> {
    const { key } = ask
    const known = await findKeyed(this.#ports.knex, ask)
    // Given free between the two statements: its caller tries again.
    if (known === undefined)
      throw coreErrors.create('IDEMPOTENCY_IN_PROGRESS', { key }, { retryAfterS: 1 })
    if (!known.fingerprint.equals(fingerprint)) {
      throw coreErrors.create('IDEMPOTENCY_KEY_REUSED', { key })
    }
    return this.#keptAnswer(ask, known)
  }

  async #keptAnswer(ask: KeyedAsk, { end, endsInMs }: KnownCall): Promise<KeyedAnswer> {
    const { key } = ask
    if (end === undefined && endsInMs > 0) {
      throw coreErrors.create('IDEMPOTENCY_IN_PROGRESS', { key }, { retryAfterS: 1 })
    }
    if (end === undefined || end.outcome === 'unknown') {
      const failure = end?.code ?? 'none'
      throw coreErrors.create('IDEMPOTENCY_OUTCOME_UNKNOWN', { key, failure })
    }
    if (end.sealed === null) throw coreErrors.create('IDEMPOTENCY_ANSWER_NOT_KEPT', { key })
    const plain = await this.#ports.sealer.open(ask.tenant, end.sealed, boundTo(ask))
    const text = plain.toString('utf8')
    if (end.outcome === 'refused') throw refusalOf(end, text)
    return { outputJson: text, version: end.version ?? '', isReplay: true }
  }

  async #endFailed(ask: KeyedAsk, claimed: Claimed, error: unknown): Promise<void> {
    const { code, status } =
      error instanceof CodedError ? error : { code: 'CORE_INTERNAL', status: 500 }
    if (notRun.has(code)) {
      await releaseKey(this.#ports.knex, claimed).catch((err: unknown) => this.#lost(err, claimed))
      return
    }
    // A plugin's own refusal is an answer. Whatever else ended the call, what it did until then nobody knows.
    const isRefusal = error instanceof CodedError && status < 500 && !/^(CORE|SBX)_/.test(code)
    const outcome = isRefusal ? 'refused' : 'unknown'
    const text = isRefusal ? JSON.stringify({ message: error.message, faults: error.faults }) : ''
    await this.#end(ask, claimed, { outcome, status, version: null, code }, text)
  }

  async #end(
    ask: KeyedAsk,
    claimed: Claimed,
    end: Omit<KeptEnd, 'sealed'>,
    text: string,
  ): Promise<void> {
    try {
      await endKeyed(this.#ports.knex, claimed, { ...end, sealed: await this.#sealed(ask, text) })
    } catch (error) {
      // The call ran, and its caller is told; to who asks again the row says that nobody knows.
      this.#lost(error, claimed)
    }
  }

  /** Null where the answer cannot be kept; that the call ended is written even so. */
  async #sealed(ask: KeyedAsk, text: string): Promise<KeptEnd['sealed']> {
    const plain = Buffer.from(text)
    if (plain.length > MAX_KEPT_BYTES) return null
    try {
      return await this.#ports.sealer.seal(ask.tenant, plain, boundTo(ask))
    } catch (err) {
      const { caller, operation } = ask
      const fields = { err, caller, operation }
      this.#ports.log.warn(fields, 'the answer of a call with an idempotency key is not kept')
      return null
    }
  }

  #lost(err: unknown, { caller, operation }: Claimed): void {
    const fields = { err, caller, operation }
    this.#ports.log.warn(fields, 'how a call with an idempotency key ended could not be written')
  }
}

function boundTo({ caller, operation, key }: KeyedCall): readonly string[] {
  return ['idempotent-call', caller, operation, key]
}

function refusalOf({ code, status }: KeptEnd, text: string): CodedError {
  const { message, faults } = JSON.parse(text) as Pick<CodedError, 'message' | 'faults'>
  const definition = {
    status,
    message: { en: '{message}', 'zh-CN': '{message}' },
    cure: { en: 'Correct the input as the title says.', 'zh-CN': '请按标题所述更正输入。' },
  }
  return new CodedError(code ?? 'CORE_INTERNAL', definition, { message }, { faults })
}
