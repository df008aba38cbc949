/**
 * What the host made of one version by itself. A row for each version that it turned to, so that no version is tried
 * twice, and a node that was killed in the middle is followed by another that goes on.
 */
export const attemptStates = {
  /** A person has to agree first, and was told so. */
  asked: { begin: 'begun', refuse: 'refused' },
  /** It is being installed, or its rollout planned. */
  begun: { start: 'started', refuse: 'refused', fail: 'failed' },
  /** The host did not take it as things are: looked at again. */
  refused: { begin: 'begun', ask: 'asked' },
  /** It has a fault of its own: left to people from here on. */
  failed: {},
  /** Its rollout runs, or ran: the judge has it. */
  started: {},
} as const

export type AttemptState = keyof typeof attemptStates
export type AttemptCommand = 'ask' | 'begin' | 'refuse' | 'fail' | 'start'

/** @returns undefined where the command is refused; of no attempt yet, what it begins with */
export function nextAttemptState(
  state: AttemptState | undefined,
  command: AttemptCommand,
): AttemptState | undefined {
  if (state === undefined) {
    return command === 'ask' ? 'asked' : command === 'begin' ? 'begun' : undefined
  }
  const moves: Partial<Record<AttemptCommand, AttemptState>> = attemptStates[state]
  return moves[command]
}
