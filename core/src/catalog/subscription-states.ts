/** Whose word a command is: of the tenant whose app it is, of the owner of the service, or of the host's clock. */
export type SubscriptionSide = 'subscriber' | 'owner' | 'host'

interface Move {
  readonly to: string
  /** One of them at least is on the caller's side. */
  readonly by: readonly SubscriptionSide[]
  /** See subscriptionGuards; all of them hold. */
  readonly guards?: readonly SubscriptionGuard[]
}

export const subscriptionGuards = {
  planWanted: {
    en: 'another plan was asked for and waits for the owner',
    'zh-CN': '已申请更换方案，正等待服务所有者决定',
  },
  sameStopper: {
    en: 'it was not the owner who suspended it, or the owner resumes it',
    'zh-CN': '暂停者不是服务所有者，或由服务所有者恢复',
  },
  planAsksNobody: {
    en: 'the plan is approved by itself, or the owner gives the word',
    'zh-CN': '该方案自动批准，或由服务所有者决定',
  },
  ended: {
    en: 'its time is over',
    'zh-CN': '有效期已过',
  },
} as const
export type SubscriptionGuard = keyof typeof subscriptionGuards

const subscriber = ['subscriber'] as const
const owner = ['owner'] as const
const host = ['host'] as const
const either = ['subscriber', 'owner'] as const

/**
 * The life of a subscription. Commands that a state does not list are refused; documentation and tests are
 * made from this table.
 */
export const subscriptionStates = {
  requested: {
    approve: { to: 'active', by: owner },
    reject: { to: 'rejected', by: owner },
    cancel: { to: 'cancelled', by: either },
  },
  active: {
    approve: { to: 'active', by: owner, guards: ['planWanted'] },
    reject: { to: 'active', by: owner, guards: ['planWanted'] },
    'change-plan': { to: 'active', by: subscriber },
    suspend: { to: 'suspended', by: either },
    renew: { to: 'active', by: either, guards: ['planAsksNobody'] },
    expire: { to: 'expired', by: host, guards: ['ended'] },
    cancel: { to: 'cancelled', by: either },
  },
  suspended: {
    resume: { to: 'active', by: either, guards: ['sameStopper'] },
    expire: { to: 'expired', by: host, guards: ['ended'] },
    cancel: { to: 'cancelled', by: either },
  },
  expired: {
    // Of one that was suspended when it ended, the suspension is not over by that.
    renew: { to: 'active', by: either, guards: ['planAsksNobody', 'sameStopper'] },
    cancel: { to: 'cancelled', by: either },
  },
  rejected: {},
  cancelled: {},
} as const satisfies Record<string, Readonly<Record<string, Move>>>

export type SubscriptionState = keyof typeof subscriptionStates

export const subscriptionCommands = [
  'approve',
  'reject',
  'suspend',
  'resume',
  'change-plan',
  'renew',
  'cancel',
  'expire',
] as const
export type SubscriptionCommand = (typeof subscriptionCommands)[number]

export interface SubscriptionMove extends Move {
  readonly to: SubscriptionState
}

/** @returns undefined where the command is refused in that state, whoever gives it */
export function subscriptionMove(
  state: SubscriptionState,
  command: SubscriptionCommand,
): SubscriptionMove | undefined {
  const moves: Partial<Record<SubscriptionCommand, SubscriptionMove>> = subscriptionStates[state]
  return moves[command]
}

/** Nothing leads out of them. */
export const endStates = (Object.keys(subscriptionStates) as SubscriptionState[]).filter(
  (state) => Object.keys(subscriptionStates[state]).length === 0,
)
