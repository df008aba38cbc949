/** The life of a key. Commands that a state does not list are refused. A disabled key never signs again. */
export const keyStates = {
  active: { rotate: 'active', disable: 'disabled' },
  disabled: {},
} as const

export type KeyState = keyof typeof keyStates

export const keyCommands = ['rotate', 'disable'] as const
export type KeyCommand = (typeof keyCommands)[number]

/** @returns the next state, or undefined where the command is refused */
export function nextKeyState(state: KeyState, command: KeyCommand): KeyState | undefined {
  const moves: Partial<Record<KeyCommand, KeyState>> = keyStates[state]
  return moves[command]
}
