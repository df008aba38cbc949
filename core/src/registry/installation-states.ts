/**
 * The life of one version on this host. Each step leaves a state that survives kill -9: the next start goes
 * on from there. Faults are states too; installing again starts over from the named step.
 */
export const installationStates = {
  installed: { expand: 'expanded', fail: 'migration_failed', distrust: 'signature_invalid' },
  expanded: { test: 'warm', fail: 'start_failed', distrust: 'signature_invalid' },
  warm: { promote: 'stable', fail: 'start_failed', distrust: 'signature_invalid' },
  stable: { distrust: 'signature_invalid' },
  migration_failed: { retry: 'installed' },
  start_failed: { retry: 'installed' },
  // Retried, it is taken from the marketplace once more and verified as a new one is.
  signature_invalid: { retry: 'installed' },
} as const

export type InstallationState = keyof typeof installationStates
export type InstallationCommand = 'expand' | 'test' | 'promote' | 'fail' | 'retry' | 'distrust'

/** States in which a version may be given requests. */
export const servingStates: readonly InstallationState[] = ['warm', 'stable']

/** States from which an interrupted installation goes on by itself; a plugin's first `warm` version too. */
export const unfinishedStates: readonly InstallationState[] = ['installed', 'expanded']

export function nextInstallationState(
  state: InstallationState,
  command: InstallationCommand,
): InstallationState | undefined {
  const moves: Partial<Record<InstallationCommand, InstallationState>> = installationStates[state]
  return moves[command]
}
