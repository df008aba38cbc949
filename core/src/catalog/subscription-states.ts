/**
 * The life of a subscription. Commands that a state does not list are refused; documentation and tests are
 * made from this table.
 */
export const subscriptionStates = {
  requested: { approve: 'active', reject: 'rejected', cancel: 'cancelled' },
  active: { suspend: 'suspended', cancel: 'cancelled' },
  suspended: { resume: 'active', cancel: 'cancelled' },
  rejected: {},
  cancelled: {},
} as const

export type SubscriptionState = keyof typeof subscriptionStates

export const subscriptionCommands = ['approve', 'reject', 'suspend', 'resume', 'cancel'] as const
export type SubscriptionCommand = (typeof subscriptionCommands)[number]

/** @returns the next state, or undefined where the command is refused. */
export function nextSubscriptionState(
  state: SubscriptionState,
  command: SubscriptionCommand,
): SubscriptionState | undefined {
  const moves: Partial<Record<SubscriptionCommand, SubscriptionState>> = subscriptionStates[state]
  return moves[command]
}
