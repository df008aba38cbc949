/**
 * The life of one version's process. `backing-off` waits before the next start; a version that is not needed any
 * more is `stopped`, and starts again from there when a call comes.
 */
export const processStates = {
  stopped: { start: 'starting' },
  starting: { ready: 'healthy', die: 'backing-off', stop: 'stopped' },
  healthy: { miss: 'unhealthy', die: 'backing-off', stop: 'stopped' },
  unhealthy: { beat: 'healthy', die: 'backing-off', stop: 'stopped' },
  'backing-off': { start: 'starting', stop: 'stopped' },
} as const

export type ProcessState = keyof typeof processStates
export type ProcessCommand = 'start' | 'ready' | 'miss' | 'beat' | 'die' | 'stop'

/** States in which there is a process that has loaded its bundle. */
export const servingProcessStates: readonly ProcessState[] = ['healthy', 'unhealthy']

/** @returns undefined: nothing of the kind can happen in this state. */
export function nextProcessState(
  state: ProcessState,
  command: ProcessCommand,
): ProcessState | undefined {
  const moves: Partial<Record<ProcessCommand, ProcessState>> = processStates[state]
  return moves[command]
}
