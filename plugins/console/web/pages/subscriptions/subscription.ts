import { may } from '../../api/may.ts'
import type { Viewer } from '../../api/viewer.ts'
import type { Tone } from '../../parts/status-tag.tsx'

export type SubscriptionState =
  | ('requested' | 'active' | 'suspended' | 'expired')
  | ('rejected' | 'cancelled')

/** Whose word: of the tenant whose app it is, or of whom the service belongs to. */
export type Side = 'subscriber' | 'owner'

export type Command =
  | ('approve' | 'reject' | 'suspend' | 'resume')
  | ('change-plan' | 'renew' | 'cancel')

export interface Credential {
  readonly id: string
  readonly kind: 'key' | 'secret'
  readonly name: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

/** What `GET /v1/subscriptions/{id}` says; of the owner's side without credentials. */
export interface Subscription {
  readonly id: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly planVersion: number
  readonly wantedPlan: string | null
  readonly scopes: readonly string[] | null
  readonly state: SubscriptionState
  readonly revision: number
  readonly expiresAt: string | null
  readonly purpose: string | null
  readonly reason: string | null
  readonly decidedBy: string | null
  readonly suspendedBy: string | null
  readonly suspendedAs: Side | 'host' | null
  readonly credentials?: readonly Credential[]
}

export const STATES: readonly SubscriptionState[] = [
  ...(['requested', 'active', 'suspended'] as const),
  ...(['expired', 'rejected', 'cancelled'] as const),
]

export const TONES = {
  requested: 'warning',
  active: 'good',
  suspended: 'bad',
  expired: 'bad',
  rejected: 'neutral',
  cancelled: 'neutral',
} as const satisfies Record<SubscriptionState, Tone>

export function subscriptionPath(id: string): string {
  return `/v1/subscriptions/${encodeURIComponent(id)}`
}

export function serviceOf({ service, major }: Pick<Subscription, 'service' | 'major'>): string {
  return `${service}@${major}`
}

/** What the viewer is to a subscription, as far as is known here. Pure; the host finds out for itself. */
export function sidesOf(
  viewer: Viewer,
  { tenant }: Pick<Subscription, 'tenant'>,
  ownerTenant: string | null | undefined,
): readonly Side[] {
  if (viewer.kind === 'operator') return ['subscriber', 'owner']
  if (!may(viewer, 'subscription.command')) return []
  return [
    ...(viewer.tenant === tenant ? (['subscriber'] as const) : []),
    ...(viewer.tenant === ownerTenant ? (['owner'] as const) : []),
  ]
}

const ANY: readonly Side[] = ['subscriber', 'owner']
const OWNER: readonly Side[] = ['owner']
const SUBSCRIBER: readonly Side[] = ['subscriber']

/** As core/docs/subscription-states.md has them, in the order in which they are offered. */
const moves: Readonly<Record<SubscriptionState, Partial<Record<Command, readonly Side[]>>>> = {
  requested: { approve: OWNER, reject: OWNER, cancel: ANY },
  active: {
    approve: OWNER,
    reject: OWNER,
    'change-plan': SUBSCRIBER,
    renew: ANY,
    suspend: ANY,
    cancel: ANY,
  },
  suspended: { resume: ANY, cancel: ANY },
  expired: { renew: ANY, cancel: ANY },
  rejected: {},
  cancelled: {},
}

/**
 * What somebody on these sides may command. Pure.
 * @param asksOwner whether the plan is approved by the owner of the service
 */
export function commandsOf(
  { state, wantedPlan, suspendedAs }: Pick<Subscription, 'state' | 'wantedPlan' | 'suspendedAs'>,
  sides: readonly Side[],
  asksOwner: boolean,
): readonly Command[] {
  const isOwner = sides.includes('owner')
  const isStoppedByOwner = suspendedAs === 'owner'
  const given = Object.entries(moves[state]) as [Command, readonly Side[]][]
  return given
    .filter(([, by]) => by.some((side) => sides.includes(side)))
    .map(([command]) => command)
    .filter((command) => {
      if (command === 'approve' || command === 'reject') {
        return state === 'requested' || wantedPlan !== null
      }
      if (command === 'resume') return isOwner || !isStoppedByOwner
      if (command === 'renew') return isOwner || !(asksOwner || isStoppedByOwner)
      return true
    })
}

/** What ends something for good or stops calls. */
export function isGrave(command: Command): boolean {
  return command === 'suspend' || command === 'cancel' || command === 'reject'
}
