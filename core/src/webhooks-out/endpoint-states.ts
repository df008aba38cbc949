/**
 * The life of an endpoint. `paused`: its line grows and nothing is sent. `disabled`, by the host: nothing is queued any
 * more, and what waited is dead, to be replayed when somebody has mended it.
 */
export const endpointStates = {
  enabled: { pause: 'paused', disable: 'disabled' },
  paused: { resume: 'enabled' },
  disabled: { resume: 'enabled' },
} as const

export type EndpointState = keyof typeof endpointStates

/** What the host alone tells an endpoint is `disable`. */
export type EndpointCommand = 'pause' | 'resume' | 'disable'

/** @returns the next state, or undefined where the command is refused */
export function nextEndpointState(
  state: EndpointState,
  command: EndpointCommand,
): EndpointState | undefined {
  const moves: Partial<Record<EndpointCommand, EndpointState>> = endpointStates[state]
  return moves[command]
}
