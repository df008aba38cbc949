/**
 * The life of a user. Commands that a state does not list are refused; documentation and tests are made from this table.
 * Only `active` signs in, and only an active user's tokens are good. A service account is active from the start.
 */
export const userStates = {
  invited: { accept: 'active', leave: 'left' },
  active: { suspend: 'suspended', leave: 'left' },
  suspended: { resume: 'active', leave: 'left' },
  left: { reinstate: 'suspended' },
} as const

export type UserState = keyof typeof userStates

/** What an admin may say; `accept` is the user's own word. */
export const userCommands = ['suspend', 'resume', 'leave', 'reinstate'] as const
export type UserCommand = (typeof userCommands)[number]

/** @returns the next state, or undefined where the command is refused. */
export function nextUserState(
  state: UserState,
  command: UserCommand | 'accept',
): UserState | undefined {
  const moves: Partial<Record<UserCommand | 'accept', UserState>> = userStates[state]
  return moves[command]
}
