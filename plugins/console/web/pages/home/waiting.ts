import { may } from '../../api/may.ts'
import type { Viewer } from '../../api/viewer.ts'

export type WaitingKind = 'approval' | 'consent' | 'request' | 'review' | 'update'

export interface Waiting {
  readonly kind: WaitingKind
  readonly id: string
  readonly label: string
  readonly place: string
  /** Of the address, beside the company that is looked at. */
  readonly query?: Readonly<Record<string, string>>
}

export interface AskedKind {
  readonly kind: WaitingKind
  readonly path: string
  readonly query: Readonly<Record<string, string | number | undefined>>
}

/** Shown of each kind: what is more stands on its own page. */
const MOST = 10

/** What may wait for this viewer, and where the host tells it. Pure. */
export function waitsFor(viewer: Viewer, tenant: string | undefined): readonly AskedKind[] {
  const query = { limit: MOST }
  const isOperator = viewer.kind === 'operator'
  const kinds: (AskedKind | false)[] = [
    tenant !== undefined &&
      may(viewer, 'approval.list') && {
        kind: 'approval',
        path: `/v1/tenants/${encodeURIComponent(tenant)}/approvals`,
        query,
      },
    tenant !== undefined &&
      may(viewer, 'grant.write') && {
        kind: 'consent',
        path: `/v1/tenants/${encodeURIComponent(tenant)}/open-consents`,
        query,
      },
    may(viewer, 'subscription.decide') && {
      kind: 'request',
      path: '/v1/subscription-requests',
      query,
    },
    isOperator && {
      kind: 'review',
      path: '/v1/marketplace/reviews',
      query: { ...query, status: 'open' },
    },
    // The host gives no more at once.
    isOperator && { kind: 'update', path: '/v1/updates', query: { limit: 50 } },
  ]
  return kinds.filter((one) => one !== false)
}

type Item = Readonly<Record<string, unknown>>

/** What of a list of the host waits: its name and where it is decided. Pure. */
export function waitingIn(kind: WaitingKind, items: readonly Item[]): readonly Waiting[] {
  const word = (item: Item, name: string) => String(item[name] ?? '')
  const line = (item: Item): Waiting => {
    switch (kind) {
      case 'approval': {
        const id = word(item, 'id')
        const label = `${word(item, 'plugin')} ${word(item, 'from')} → ${word(item, 'to')}`
        return { kind, id, label, place: '/approvals' }
      }
      case 'consent': {
        const [plugin, version] = [word(item, 'plugin'), word(item, 'version')]
        const asked = Array.isArray(item['capabilities']) ? item['capabilities'].join(', ') : ''
        const line = { kind, id: plugin, label: `${plugin} ${version}: ${asked}` }
        const page = encodeURIComponent(plugin)
        // What serves is consented to where it is worked; what may come, where it is read about.
        return version === word(item, 'serves')
          ? { ...line, place: `/plugins/${page}`, query: { tab: 'grants' } }
          : { ...line, place: `/marketplace/${page}`, query: { tab: 'tenant', version } }
      }
      case 'request':
        return {
          kind,
          id: word(item, 'id'),
          label: `${word(item, 'app')} → ${word(item, 'service')}@${word(item, 'major')}`,
          place: `/subscriptions/${encodeURIComponent(word(item, 'id'))}`,
        }
      case 'review':
        return {
          kind,
          id: word(item, 'id'),
          label: `${word(item, 'name')}@${word(item, 'version')}`,
          place: `/marketplace/reviews/${encodeURIComponent(word(item, 'id'))}`,
        }
      case 'update':
        return {
          kind,
          id: word(item, 'plugin'),
          label: word(item, 'plugin'),
          place: `/plugins/${encodeURIComponent(word(item, 'plugin'))}`,
        }
    }
  }
  const isWaiting = (item: Item) => kind !== 'update' || (item['fault'] ?? null) !== null
  return items.filter(isWaiting).slice(0, MOST).map(line)
}
