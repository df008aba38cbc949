import type { IncomingHttpHeaders } from 'node:http'
import { coreErrors } from '../../errors.ts'
import { type Snapshot, type Subscription, serviceKey } from '../../rollout/routing/snapshot.ts'
import { isListed } from './allowed-origin.ts'

/** Every service: of what is asked for at one address, such as the stream of events. */
export const EVERY_SERVICE = '*'

/**
 * The origin of the page that sent a request, where it is another's than the host's own. What is no browser sends none.
 * @param own origin under which browsers reach the host
 */
export function pageOrigin(headers: IncomingHttpHeaders, own: string): string | undefined {
  const { origin } = headers
  if (origin === undefined || origin === own) return undefined
  // No page can set either of them.
  if (headers['sec-fetch-site'] === 'same-origin') return undefined
  return URL.parse(origin)?.host === headers.host ? undefined : origin
}

/**
 * A page may use the keys of its own app alone: a key that was copied out of one is worth nothing in another.
 * @throws CORE_ORIGIN_NOT_ALLOWED
 */
export function requirePage({ app, origins = [] }: Subscription, origin: string | undefined): void {
  if (origin === undefined || isListed(origins, origin)) return
  throw coreErrors.create('ORIGIN_NOT_ALLOWED', { origin, app })
}

const known = new WeakMap<Snapshot, ReadonlyMap<string, ReadonlySet<string>>>()

/** Whether any app that subscribes to a service lists the origin. Once for each snapshot it is looked through. */
export function isPageOfService(snapshot: Snapshot, service: string, origin: string): boolean {
  const byService = known.get(snapshot) ?? originsByService(snapshot)
  known.set(snapshot, byService)
  return isListed(byService.get(service) ?? [], origin)
}

function originsByService(snapshot: Snapshot): ReadonlyMap<string, ReadonlySet<string>> {
  const byService = new Map<string, Set<string>>()
  for (const { service, major, origins = [] } of snapshot.subscriptions.values()) {
    for (const key of [serviceKey(service, major), EVERY_SERVICE]) {
      const set = byService.get(key) ?? new Set()
      for (const origin of origins) set.add(origin)
      if (set.size > 0) byService.set(key, set)
    }
  }
  return byService
}
