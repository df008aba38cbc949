import { moveTypes, toldMove } from '../rollout/news/told-move.ts'
import type { RolloutNote } from '../rollout/rollout-outbox.ts'
import { type Snapshot, tenantKey } from '../rollout/routing/snapshot.ts'

/** What the host wrote of a change, in its transaction. */
export interface HostNote extends RolloutNote {
  readonly sequence: string
  /** Null: of no tenant alone. */
  readonly tenant: string | null
}

export const HOST_SOURCE = '/signalbox'
export const PING = 'signalbox.webhook.ping'

/** Of events whose `data` is larger the receiver is told that there is more than it can be sent. */
const MAX_DATA = 128 * 1024

/** Of no tenant alone, and yet told to those that have to do with the plugin or the service. */
const sharedFamilies = ['service', 'contract', 'plan', 'sla']

/** What of those a tenant is told: nothing in it is another tenant's. */
const sharedWords = new Set([
  ...['plugin', 'service', 'major', 'version', 'from', 'to', 'plan', 'level', 'kind', 'at'],
  ...['deprecatedAt', 'sunset', 'successor', 'changelog', 'reason', 'reasons', 'generation'],
])

/**
 * What a tenant is told of a change of the host; the operator is told all of it. Pure.
 * @param app of the endpoint: what is said of one app is told to no other's endpoint
 * @returns undefined where it does not concern the tenant
 */
export function toldNote(
  snapshot: Snapshot,
  note: HostNote,
  { tenant, app }: { readonly tenant: string | null; readonly app: string | null },
): Readonly<Record<string, unknown>> | undefined {
  if (tenant === null) return note.data
  if (note.tenant === tenant)
    return app === null || isOfApp(snapshot, note, app) ? note.data : undefined
  if (note.tenant !== null || !concerns(snapshot, note, tenant)) return undefined
  if (isMove(note.type)) return { ...toldMove(note, tenant) }
  const family = note.type.split('.')[1] ?? ''
  if (!sharedFamilies.includes(family)) return undefined
  return Object.fromEntries(Object.entries(note.data).filter(([name]) => sharedWords.has(name)))
}

export function isMove(type: string): boolean {
  return moveTypes.includes(type)
}

/** Of what is said of no app all are told; what an owner is asked by another tenant's app is said to none of its own. */
function isOfApp(snapshot: Snapshot, note: HostNote, app: string): boolean {
  const { tenant, data } = note
  const asker = data['tenant']
  if (typeof asker === 'string' && asker !== tenant) return false
  return (appOf(snapshot, note) ?? app) === app
}

function appOf(snapshot: Snapshot, { subject, data }: HostNote): string | undefined {
  const named = data['app']
  return typeof named === 'string' ? named : snapshot.subscriptions.get(subject)?.app
}

/** Whoever enabled the plugin, or has a subscription to the service; a document's own tenant alone. */
function concerns(snapshot: Snapshot, { data }: HostNote, tenant: string): boolean {
  const { tenant: owner, plugin, service, major } = data
  if (typeof owner === 'string') return owner === tenant
  if (typeof plugin === 'string') {
    const binding = snapshot.bindings.get(tenantKey(tenant, plugin))?.binding
    if (binding !== undefined && binding !== 'disabled') return true
  }
  if (typeof service !== 'string') return false
  for (const one of snapshot.subscriptions.values()) {
    const isMeant = one.service === service && (major === undefined || one.major === major)
    if (isMeant && one.tenant === tenant) return true
  }
  return false
}

/** The CloudEvent as JSON text. @param told see toldNote */
export function noteEvent(
  { id, type, subject, at }: Omit<HostNote, 'data'>,
  told: unknown,
): string {
  const data = JSON.stringify(told)
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: HOST_SOURCE,
    type,
    subject,
    partitionkey: subject,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    data: data.length > MAX_DATA ? { isTooLarge: true, characters: data.length } : told,
  })
}
