import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import { coreErrors } from '../errors.ts'
import { traceContext, traceRandom } from '../gateway/trace-context.ts'
import { pickVersion } from '../rollout/pick-version.ts'
import { grantsOf, type Snapshot } from '../rollout/snapshot.ts'
import { type CloudEvent, originOf } from './cloud-event.ts'
import type { TakenDelivery } from './delivery-store.ts'
import { type DeliveryVerdict, done, hostDelay, verdictOf } from './delivery-verdict.ts'
import { subscribeGrant, wantsType } from './event-types.ts'

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
  // The host's own number, the same for every try. An id of the event an app could choose so that it is drawn.
  const requestId = `event ${delivery.sequence}`
  const pick = pickVersion(snapshot, plugin, { requestId, tenant })
  if (pick.kind === 'version' && !wantsType(pick.version.manifest, type)) return done(false)
  const began = performance.now()
  const { outcome, version } = await ports.runEntry({
    plugin,
    tenant,
    entry: { kind: 'event', name: type },
    inputJson: delivery.event,
    traceId: traceContext(event.traceparent, traceRandom()).traceId,
    requestId,
    isRetry: delivery.tries > 0,
    deadline: ports.now() + MAX_HANDLER_MS,
    chain: [],
    origin: originOf(event),
  })
  const verdict = verdictOf(outcome, delivery.tries, ports.random())
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
