import { typesOfApp } from '../events/entitled-types.ts'
import { matchesType } from '../events/event-types.ts'
import { HOST_SOURCE, type HostNote, noteEvent, toldNote } from '../host-events/host-note.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Endpoint } from './endpoint-store.ts'
import type { NewDelivery } from './out-delivery-store.ts'
import { messageIdOf } from './standard-webhook.ts'

/** What is looked at of an event of the log. */
export interface SeenEvent {
  readonly sequence: string
  readonly tenant: string
  readonly type: string
  readonly source: string
  readonly id: string
  readonly key: string | null
}

/** Which endpoints an event of the tenant's plugins and apps goes to. Pure. */
export function deliveriesOfEvent(
  snapshot: Snapshot,
  endpoints: readonly Endpoint[],
  event: SeenEvent,
): readonly NewDelivery[] {
  const { sequence, tenant, type, source, id, key } = event
  return endpoints
    .filter((endpoint) => endpoint.tenant === tenant && isAskedFor(endpoint, type, key))
    .filter((endpoint) => isEntitled(snapshot, endpoint, type))
    .map(({ id: endpoint }) => ({
      ...{ endpoint, tenant, event: sequence, body: null, type, key },
      message: messageIdOf(source, id),
    }))
}

/** Which endpoints a change of the host is told to, with what each may know of it. Pure. */
export function deliveriesOfNote(
  snapshot: Snapshot,
  endpoints: readonly Endpoint[],
  note: HostNote,
): readonly NewDelivery[] {
  const { type, subject, id } = note
  return endpoints.flatMap((endpoint) => {
    if (!isAskedFor(endpoint, type, subject)) return []
    const told = toldNote(snapshot, note, endpoint)
    if (told === undefined) return []
    const said = { endpoint: endpoint.id, tenant: endpoint.tenant, event: null, type, key: subject }
    return [{ ...said, message: messageIdOf(HOST_SOURCE, id), body: noteEvent(note, told) }]
  })
}

/** Whether its app's subscriptions let it hear events of the type, as of now. */
export function isEntitled(
  snapshot: Snapshot,
  { tenant, app }: Pick<Endpoint, 'tenant' | 'app'>,
  type: string,
): boolean {
  if (tenant === null || app === null) return false
  return typesOfApp(snapshot, tenant, app, 'webhook').has(type)
}

/** Types that are asked for and that nothing lets it hear: its admin is shown them. */
export function unheardTypes(
  snapshot: Snapshot,
  { tenant, app, types }: Pick<Endpoint, 'tenant' | 'app' | 'types'>,
): readonly string[] {
  const entitled =
    tenant === null || app === null ? [] : [...typesOfApp(snapshot, tenant, app, 'webhook')]
  return types.filter(
    (pattern) =>
      !pattern.startsWith('signalbox.') && !entitled.some((type) => matchesType(pattern, type)),
  )
}

function isAskedFor({ types, keys }: Endpoint, type: string, key: string | null): boolean {
  if (keys !== null && (key === null || !keys.includes(key))) return false
  return types.some((pattern) => matchesType(pattern, type))
}
