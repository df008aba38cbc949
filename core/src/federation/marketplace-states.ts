/**
 * The life of another marketplace on this host. `unconfirmed`: its keys were learnt, and nobody has compared them yet.
 * `key_changed`: what it signs by now follows from no key that the operator confirmed; nothing is taken before he has
 * looked. What was taken before goes on in every state.
 */
export const marketplaceStates = {
  unconfirmed: { confirm: 'active', remove: 'removed' },
  active: { pause: 'paused', change_key: 'key_changed', remove: 'removed' },
  paused: { resume: 'active', change_key: 'key_changed', remove: 'removed' },
  key_changed: { confirm: 'active', remove: 'removed' },
  // Its row stays: nobody comes under its fingerprint by another name.
  removed: { add: 'unconfirmed' },
} as const

export type MarketplaceState = keyof typeof marketplaceStates
/** What the host alone tells a marketplace is `change_key`. */
export type MarketplaceCommand = 'add' | 'confirm' | 'pause' | 'resume' | 'change_key' | 'remove'

/** @returns the next state, or undefined where the command is refused */
export function nextMarketplaceState(
  state: MarketplaceState,
  command: MarketplaceCommand,
): MarketplaceState | undefined {
  const moves: Partial<Record<MarketplaceCommand, MarketplaceState>> = marketplaceStates[state]
  return moves[command]
}
