import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import { type CloudEvent, originOf } from '@signalbox/sdk/host-calls/cloud-event'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import { coreErrors } from '../errors.ts'
import { traceContext, traceRandom } from '../gateway/trace-context.ts'
import { requestOfKey } from '../rollout/cohorts/lasting-request.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { grantsOf, type Snapshot } from '../rollout/routing/snapshot.ts'
import type { TakenDelivery } from './delivery-store.ts'
import {
  type DeliveryVerdict,
  done,
  hostDelay,
  kept,
  triedBy,
  verdictOf,
} from './delivery-verdict.ts'
import { subscribeGrant, wantsType } from './event-types.ts'
import { isKept, servedBy } from './kept-deliveries.ts'

export interface DeliverPorts {
  readonly snapshot: () => Snapshot
  /** Resolves when the snapshot is of this generation or a later one. */
  readonly reach: (generation: number) => Promise<void>
  readonly runEntry: RunEntry
  readonly onUse: (use: GrantUse) => void
  readonly now: () => number
  /** At least 0, below 1. */
  readonly random: () => number
}

/** The longest that any version may ask for; a version's own deadline is below it. */
const MAX_HANDLER_MS = 30_000

/**
 * One try: the handler of whichever version serves the tenant now, under the grant that the tenant gives now. Never
 * rejects: what goes wrong here is the host's, and is tried again.
 */
export async function deliverEvent(
  ports: DeliverPorts,
  delivery: TakenDelivery,
): Promise<DeliveryVerdict> {
  try {
    return await attempt(ports, delivery)
  } catch (error) {
    return hostDelay(error, ports.random())
  }
}

/**
 * By what the version is drawn while a canary runs. Events of one key meet one version, which each rollout draws
 * anew: as the next one waits until the one before is over, a key goes over to the new version between two of
 * them. An event without a key is drawn by the host's own number, the same for every try: an id of the event an
 * app could choose so that it is drawn.
 */
function drawnBy({ tenant, key, sequence }: TakenDelivery): string {
  return key === null ? `event ${sequence}` : requestOfKey(tenant, key)
}

async function attempt(ports: DeliverPorts, delivery: TakenDelivery): Promise<DeliveryVerdict> {
  const { tenant, plugin, type } = delivery
  const event = JSON.parse(delivery.event) as CloudEvent & { readonly generation?: number }
  const isOwners = type === CONTRIBUTIONS_CHANGED
  // What the handler reads is at least as new as what it is told of: there would be no second event.
  if (isOwners) await ports.reach(event.generation ?? 0)
  const snapshot = ports.snapshot()
  const grant = subscribeGrant(grantsOf(snapshot, tenant, plugin), type)
  // Taken back a moment ago, or this node has not read yet that it was given: the database will tell which.
  if (grant === undefined && !isOwners) {
    throw coreErrors.create('GRANT_MISSING', { plugin, capability: 'event:subscribe', tenant })
  }
  const requestId = drawnBy(delivery)
  const pick = pickVersion(snapshot, plugin, { requestId, tenant, input: event.data })
  if (isKept(pick, type)) return kept(servedBy(snapshot, tenant, plugin))
  if (pick.kind === 'version' && !wantsType(pick.version.manifest, type)) return done(false)
  const trace = traceContext(event.traceparent, traceRandom())
  const began = performance.now()
  const { outcome, version, triedIn } = await ports.runEntry({
    plugin,
    tenant,
    entry: { kind: 'event', name: type },
    inputJson: delivery.event,
    traceId: trace.traceId,
    trace,
    requestId,
    drawnFrom: event.data,
    isRetry: delivery.tries > 0,
    deadline: ports.now() + MAX_HANDLER_MS,
    chain: [],
    origin: originOf(event),
  })
  const verdict = triedBy(verdictOf(outcome, delivery.tries, ports.random()), triedIn)
  if (grant === undefined) return verdict
  ports.onUse({
    tenant,
    plugin,
    version,
    capability: 'event:subscribe',
    grant: grant.id,
    facet: type,
    outcome: verdict.code ?? 'done',
    ms: performance.now() - began,
  })
  return verdict
}
