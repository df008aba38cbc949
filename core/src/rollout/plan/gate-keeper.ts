import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { CallService } from '../../broker/call-scope.ts'
import { putGateAnswer, type Rollout } from '../rollout-store.ts'
import { weightOf } from '../rollout-weight.ts'
import type { Gate } from './gate.ts'
import type { Hook } from './hook.ts'
import { type GateAnswer, gateAnswer, questionDeadlineMs } from './question.ts'
import type { SendHook } from './send-hook.ts'

interface Ports {
  readonly knex: Knex
  readonly callService: CallService
  readonly sendHook: SendHook
  readonly now: () => number
  /** An answer is there: the controller looks at once. */
  readonly onAnswer: () => void
  readonly log: { warn(fields: object, message: string): void }
}

/** After its deadline a call is told so by its lane; this is for one that is told nothing. */
const GRACE_MS = 500

/**
 * Asks the data services of gates and the addresses of hooks, beside the looks of the controller: a service that takes its time keeps no
 * rollout from being judged. What it says is stored, so that every node and every reader knows it.
 */
export class GateKeeper {
  readonly #ports: Ports
  readonly #asking = new Map<string, Promise<void>>()
  readonly #closing = new AbortController()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** One question at a time for each rollout. @param rollouts one, or those of its group */
  ask(rollouts: readonly Rollout[], asked: Gate | Hook): void {
    const [lead] = rollouts
    if (lead === undefined || this.#asking.has(lead.id) || this.#closing.signal.aborted) return
    const asking = this.#askOnce(lead, rollouts, asked)
      .catch((err: unknown) => {
        const fields = { err, rollout: lead.id }
        this.#ports.log.warn(fields, "a gate's answer could not be kept; it is asked again")
      })
      .finally(() => this.#asking.delete(lead.id))
    this.#asking.set(lead.id, asking)
  }

  /** What is being asked is given up: another node, or the next start, asks again. */
  async stop(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#asking.values())
  }

  async #askOnce(lead: Rollout, rollouts: readonly Rollout[], asked: Gate | Hook): Promise<void> {
    const { knex, now, onAnswer } = this.#ports
    const askedAt = now()
    const answer = await this.#answerOf(lead, asked)
    if (this.#closing.signal.aborted) return
    const kept = { ...answer, at: now(), askedAt }
    const ids = rollouts.map(({ id }) => id)
    if (await putGateAnswer(knex, ids, kept)) onAnswer()
  }

  async #answerOf(rollout: Rollout, asked: Gate | Hook): Promise<GateAnswer> {
    const { revision } = rollout
    const at = this.#ports.now()
    try {
      return gateAnswer(await this.#inTime(rollout, asked), { revision, at })
    } catch (error) {
      // A code says what went wrong; the message of another tenant's plugin is not for every reader.
      const reason = error instanceof CodedError ? error.code : 'CORE_INTERNAL'
      return { revision, at, kind: 'failed', reason }
    }
  }

  async #inTime(rollout: Rollout, asked: Gate | Hook): Promise<unknown> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#closing.signal])
    const late = delay(questionDeadlineMs(asked) + GRACE_MS, { late: true }, { signal })
    try {
      const answer =
        'url' in asked
          ? this.#ports.sendHook(asked, told(rollout, asked), signal)
          : this.#call(rollout, asked)
      return await Promise.race([answer, late])
    } finally {
      over.abort()
      late.catch(() => undefined)
    }
  }

  async #call(rollout: Rollout, gate: Gate): Promise<unknown> {
    const { tenant, service, major, operation } = gate
    const input = told(rollout, gate)
    const { outputJson } = await this.#ports.callService({
      tenant,
      principal: { kind: 'host', id: `rollout:${rollout.id}` },
      service,
      major,
      operation,
      input,
      inputJson: JSON.stringify(input),
      traceId: randomBytes(16).toString('hex'),
      requestId: randomBytes(8).toString('hex'),
      // Lanes and callers go by this host's clock, whatever nodes compare answers by.
      deadline: Date.now() + questionDeadlineMs(gate),
      chain: [],
    })
    return JSON.parse(outputJson)
  }
}

/** What whoever is asked is told: its own words, and of the rollout what the host says. */
function told(rollout: Rollout, { input }: Gate | Hook): Readonly<Record<string, unknown>> {
  const { id, plugin, from, to, step } = rollout
  return { ...input, rollout: { id, plugin, from, to, step, weightBp: weightOf(rollout) } }
}
