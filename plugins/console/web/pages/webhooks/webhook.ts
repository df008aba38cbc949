import { may } from '../../api/may.ts'
import type { Viewer } from '../../api/viewer.ts'
import type { Tone } from '../../parts/status-tag.tsx'

export type WebhookState = 'enabled' | 'paused' | 'disabled'

/** What `GET /v1/webhooks/{id}` says. */
export interface Webhook {
  readonly id: string
  /** Null: it is the host's own. */
  readonly tenant: string | null
  readonly app: string | null
  readonly url: string
  readonly types: readonly string[]
  readonly keys: readonly string[] | null
  readonly description: string
  readonly state: WebhookState
  readonly disabledFor: string | null
  readonly unheardTypes: readonly string[]
  /** In a row. */
  readonly failures: number
  readonly failingSince: string | null
  readonly restUntil: string | null
  readonly createdBy: string
  readonly createdAt: string
}

export type DeliveryState = 'waiting' | 'delivered' | 'dead'

export const DELIVERY_STATES: readonly DeliveryState[] = ['waiting', 'delivered', 'dead']

export const DELIVERY_TONES = {
  waiting: 'warning',
  delivered: 'good',
  dead: 'bad',
} as const satisfies Record<DeliveryState, Tone>

export interface Delivery {
  readonly id: string
  readonly message: string
  readonly type: string
  readonly key: string | null
  readonly state: DeliveryState
  readonly attempts: number
  readonly last: {
    readonly status: number | null
    readonly code: string | null
    readonly answer: string | null
    readonly ms: number | null
    readonly at: string | null
  }
  readonly createdAt: string
  readonly nextAt: string | null
}

/** How a webhook does: what a person looks for in a list of them. */
export type Health = 'well' | 'failing' | 'resting' | 'paused' | 'disabled'

export const HEALTH_TONES = {
  well: 'good',
  failing: 'warning',
  resting: 'warning',
  paused: 'neutral',
  disabled: 'bad',
} as const satisfies Record<Health, Tone>

/** Pure. */
export function healthOf(
  { state, failures, restUntil }: Pick<Webhook, 'state' | 'failures' | 'restUntil'>,
  nowMs: number,
): Health {
  if (state !== 'enabled') return state
  if (restUntil !== null && Date.parse(restUntil) > nowMs) return 'resting'
  return failures > 0 ? 'failing' : 'well'
}

/** What of a tenant is sent out its own admin says; the operator looks after those of the host. Pure. */
export function mayChange(viewer: Viewer, tenant: string | null | undefined): boolean {
  if (viewer.kind === 'operator') return tenant === null || tenant === undefined
  return viewer.tenant === tenant && may(viewer, 'webhook.write')
}

export function webhookPath(id: string): string {
  return `/v1/webhooks/${encodeURIComponent(id)}`
}
