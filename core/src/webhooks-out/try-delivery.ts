import type { Knex } from 'knex'
import { recordChange } from '../audit/change.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Sealer } from '../sealing/sealer.ts'
import { type AttemptOutcome, judgeAttempt } from './attempt-verdict.ts'
import { afterFailure, HEALTHY } from './endpoint-circuit.ts'
import { secretsInForce } from './endpoint-secrets.ts'
import { nextEndpointState } from './endpoint-states.ts'
import { lockEndpoint, setEndpointState, setHealth } from './endpoint-store.ts'
import { isEntitled } from './matching.ts'
import { type EndedTry, endTry, type TakenDelivery, withdrawWaiting } from './out-delivery-store.ts'
import { webhookHeaders } from './standard-webhook.ts'
import type { WebhookRequest } from './webhook-sender.ts'

export interface TryPorts {
  readonly knex: Knex
  readonly sealer: Pick<Sealer, 'open'>
  readonly snapshot: () => Snapshot
  /** Resolves when the snapshot is of now. */
  readonly catchUp: () => Promise<void>
  /** Never rejects. */
  readonly send: (request: WebhookRequest) => Promise<AttemptOutcome>
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export type TryResult = 'delivered' | 'retried' | 'dead'

/** Sends one delivery that this node has taken, and writes down how it went. Rejects where PostgreSQL is away. */
export async function tryDelivery(ports: TryPorts, taken: TakenDelivery): Promise<TryResult> {
  const outcome = await attempt(ports, taken)
  const now = ports.now()
  const verdict = judgeAttempt(outcome, taken.attempts + 1, { now, random: ports.random() })
  const answer = outcome.kind === 'answered' ? outcome.excerpt : ''
  const ended = { verdict, answer, ms: outcome.kind === 'withheld' ? 0 : outcome.ms }
  await settle(ports, taken, ended)
  if (verdict.state === 'delivered') return 'delivered'
  return verdict.state === 'dead' ? 'dead' : 'retried'
}

async function attempt(ports: TryPorts, taken: TakenDelivery): Promise<AttemptOutcome> {
  const { endpoint, url, message: id, body, isLogged } = taken
  if (body === null) return { kind: 'withheld', reason: 'event deleted' }
  // A subscription that was suspended meanwhile lets nothing out any more.
  if (isLogged && !(await mayHear(ports, taken)))
    return { kind: 'withheld', reason: 'not entitled' }
  const now = ports.now()
  const keys = await secretsInForce(ports.sealer, taken, now)
  const headers = webhookHeaders({ id, body, timestamp: Math.floor(now / 1000), keys })
  return ports.send({ endpoint, url, headers, body })
}

/** What this node has not read yet may allow it: it is a dead letter only when the newest says no. */
async function mayHear(ports: TryPorts, taken: TakenDelivery): Promise<boolean> {
  if (isEntitled(ports.snapshot(), taken, taken.type)) return true
  await ports.catchUp()
  return isEntitled(ports.snapshot(), taken, taken.type)
}

async function settle(ports: TryPorts, taken: TakenDelivery, ended: EndedTry): Promise<void> {
  const { knex, now } = ports
  const { tells, isGone } = ended.verdict
  if (tells === 'nothing' || (tells === 'good' && !taken.isFailing)) {
    await endTry(knex, taken, ended, now())
    return
  }
  const over = await knex.transaction(async (trx) => {
    const endpoint = await lockEndpoint(trx, taken.endpoint)
    if (!(await endTry(trx, taken, ended, now())) || endpoint === undefined) return undefined
    if (isGone) return 'gone'
    if (tells === 'good') {
      await setHealth(trx, taken.endpoint, HEALTHY)
      return undefined
    }
    const { health, isOver } = afterFailure(endpoint.health, now())
    await setHealth(trx, taken.endpoint, health)
    return isOver ? 'failing' : undefined
  })
  if (over !== undefined) await disable(ports, taken, over)
}

/** The admin hears of it: by the audit, and by other webhooks for `signalbox.webhook.*`. */
async function disable(
  { knex, now }: TryPorts,
  { endpoint: id, tenant, app, url }: TakenDelivery,
  reason: 'gone' | 'failing',
): Promise<void> {
  const detail = { app, origin: new URL(url).origin, reason }
  const change = { actor: 'host', action: 'webhook.disabled', subject: id, tenant, traceId: null }
  await knex.transaction(async (trx) => {
    const endpoint = await lockEndpoint(trx, id)
    const state = endpoint && nextEndpointState(endpoint.state, 'disable')
    // Another try, of this node or another, may have said so first.
    if (state === undefined) return
    await setEndpointState(trx, id, state, { reason, at: new Date(now()) })
    await withdrawWaiting(trx, id, { code: `webhook disabled: ${reason}`, now: now() })
    await recordChange(trx, { ...change, detail }, null)
  })
}
