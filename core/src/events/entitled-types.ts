import type { EventDelivery, OfferedEvent } from '../catalog/offered-event.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { type Snapshot, type Subscription, serviceKey } from '../rollout/routing/snapshot.ts'

const none: ReadonlySet<string> = new Set()

/**
 * The types of events that a subscription lets its app hear in its tenant: what the contract of its service offers, in
 * the version that serves the tenant; during a rollout that is stable, as what it offers is promised. Pure.
 */
export function entitledTypes(
  snapshot: Snapshot,
  { tenant, service, major, state }: Subscription,
  delivery: EventDelivery,
): ReadonlySet<string> {
  const plugin = snapshot.providers.get(serviceKey(service, major))
  if (state !== 'active' || plugin === undefined) return none
  const pick = pickVersion(snapshot, plugin, { requestId: '', tenant })
  if (pick.kind !== 'version') return none
  const version = pick.sharing?.versions.stable ?? pick.version
  const isMeant = (offer: OfferedEvent) =>
    offer.service === service && offer.major === major && offer.delivery.includes(delivery)
  return new Set((version.offers ?? []).filter(isMeant).map(({ type }) => type))
}

const ofApps = new WeakMap<Snapshot, Map<string, ReadonlySet<string>>>()

/** As entitledTypes, of all subscriptions of an app: an endpoint of webhooks is the app's, whichever of them it uses. */
export function typesOfApp(
  snapshot: Snapshot,
  tenant: string,
  app: string,
  delivery: EventDelivery,
): ReadonlySet<string> {
  const known = ofApps.get(snapshot) ?? new Map<string, ReadonlySet<string>>()
  ofApps.set(snapshot, known)
  const key = `${delivery}\n${tenant}\n${app}`
  const kept = known.get(key)
  if (kept !== undefined) return kept
  const types = new Set<string>()
  for (const subscription of subscriptionsOf(snapshot, tenant, app)) {
    for (const type of entitledTypes(snapshot, subscription, delivery)) types.add(type)
  }
  known.set(key, types)
  return types
}

const byApp = new WeakMap<Snapshot, ReadonlyMap<string, readonly Subscription[]>>()

function subscriptionsOf(snapshot: Snapshot, tenant: string, app: string): readonly Subscription[] {
  const known = byApp.get(snapshot) ?? groupedByApp(snapshot)
  byApp.set(snapshot, known)
  return known.get(`${tenant}\n${app}`) ?? []
}

function groupedByApp(snapshot: Snapshot): ReadonlyMap<string, readonly Subscription[]> {
  return Map.groupBy(snapshot.subscriptions.values(), ({ tenant, app }) => `${tenant}\n${app}`)
}
