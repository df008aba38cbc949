import { isOver } from './credential.ts'
import { noticedAtSetting } from './notices.ts'
import { isOpenToApps } from './plan-states.ts'
import type { Plan } from './plan-store.ts'
import type { SubscriptionChange, SubscriptionRow } from './subscription.ts'
import {
  type SubscriptionCommand,
  type SubscriptionGuard,
  type SubscriptionSide,
  subscriptionMove,
} from './subscription-states.ts'

/** A command, and who gives it. */
export interface SubscriptionAsk {
  readonly command: SubscriptionCommand
  readonly actor: string
  /** All that the caller is to this subscription. */
  readonly sides: readonly SubscriptionSide[]
  readonly reason?: string | undefined
  /** For `renew` and `approve`: the new end, in milliseconds since the epoch; null: none. */
  readonly expiresAt?: number | null | undefined
}

/** What else is known while the row is locked. */
export interface SubscriptionFacts {
  readonly now: number
  /** Whether the owner decides on the plan that it has. */
  readonly isDecided: boolean
  /** The plan that `change-plan` names, or that is wanted, as it is offered now. */
  readonly plan: Plan | undefined
}

export type SubscriptionRefusal =
  | 'COMMAND_REFUSED'
  | 'NOT_YOURS'
  | 'STOPPED_BY_OWNER'
  | 'PLAN_NOT_OPEN'
  | 'PLAN_ALREADY'
  | 'END_PAST'
  | 'REASON_MISSING'

/** What a command comes to: pure, so that a test can try every command in every state as everyone. */
export function decideSubscription(
  row: SubscriptionRow,
  ask: SubscriptionAsk,
  facts: SubscriptionFacts,
): SubscriptionChange | SubscriptionRefusal {
  const move = subscriptionMove(row.state, ask.command)
  if (move === undefined) return 'COMMAND_REFUSED'
  if (!move.by.some((side) => ask.sides.includes(side))) return 'NOT_YOURS'
  for (const guard of move.guards ?? []) {
    const refusal = guardRefusals[guard](row, ask, facts)
    if (refusal !== undefined) return refusal
  }
  const effect = effects[ask.command](row, ask, facts)
  if (typeof effect === 'string') return effect
  return { state: move.to, reason: ask.reason ?? null, ...effect }
}

const isOwner = ({ sides }: SubscriptionAsk) => sides.includes('owner')

type Rule<Result> = (row: SubscriptionRow, ask: SubscriptionAsk, facts: SubscriptionFacts) => Result

const guardRefusals: Readonly<Record<SubscriptionGuard, Rule<SubscriptionRefusal | undefined>>> = {
  planWanted: (row) => (row.wantedPlan === null ? 'COMMAND_REFUSED' : undefined),
  sameStopper: (row, ask) =>
    row.suspendedAs === 'owner' && !isOwner(ask) ? 'STOPPED_BY_OWNER' : undefined,
  planAsksNobody: (_row, ask, { isDecided }) =>
    isDecided && !isOwner(ask) ? 'NOT_YOURS' : undefined,
  ended: ({ expiresAt }, _ask, { now }) =>
    expiresAt !== null && now >= Date.parse(expiresAt) ? undefined : 'COMMAND_REFUSED',
}

type Effect = SubscriptionChange | SubscriptionRefusal

const effects: Readonly<Record<SubscriptionCommand, Rule<Effect>>> = {
  approve: (row, ask, facts) => {
    // Without an end of the owner's own the wished one stands, which may have come while it waited.
    if (ask.expiresAt === undefined && isOver(instantOf(row), facts.now)) return 'END_PAST'
    const ending = ask.expiresAt === undefined ? {} : endAt(ask.expiresAt, facts.now)
    if (typeof ending === 'string') return ending
    const decided = { ...ending, decidedBy: ask.actor }
    if (row.wantedPlan === null) return decided
    const { plan } = facts
    if (plan === undefined || !isOpenToApps(plan.status)) return 'PLAN_NOT_OPEN'
    return { ...decided, ...underPlan(plan) }
  },
  reject: (_row, { actor, reason }) =>
    reason === undefined ? 'REASON_MISSING' : { wantedPlan: null, decidedBy: actor },
  'change-plan': (row, ask, { plan }) => {
    if (plan === undefined || !isOpenToApps(plan.status)) return 'PLAN_NOT_OPEN'
    if (plan.name === row.plan && plan.version === row.planVersion) return 'PLAN_ALREADY'
    if (plan.approval === 'manual' && !isOwner(ask)) return { wantedPlan: plan.name }
    return underPlan(plan)
  },
  suspend: (_row, ask) => ({
    suspendedBy: ask.actor,
    suspendedAs: isOwner(ask) ? 'owner' : 'subscriber',
  }),
  resume: () => notSuspended,
  renew: (_row, { expiresAt }, { now }) => {
    const ending = endAt(expiresAt ?? null, now)
    return typeof ending === 'string' ? ending : { ...ending, ...notSuspended }
  },
  cancel: () => ({ wantedPlan: null }),
  // Who suspended it is kept: to renew is not to resume.
  expire: () => ({ wantedPlan: null }),
}

function instantOf({ expiresAt }: SubscriptionRow): number | null {
  return expiresAt === null ? null : Date.parse(expiresAt)
}

const notSuspended = { suspendedBy: null, suspendedAs: null } as const

function underPlan({ name, version }: Plan): SubscriptionChange {
  return { plan: name, planVersion: version, wantedPlan: null }
}

/** @param at milliseconds since the epoch; null: no end */
function endAt(at: number | null, now: number): SubscriptionChange | 'END_PAST' {
  if (at !== null && at <= now) return 'END_PAST'
  return {
    expiresAt: at === null ? null : new Date(at).toISOString(),
    noticedDays: noticedAtSetting(at, now),
  }
}
