import { useList } from '../../api/list.ts'
import type { RolloutSummary } from './rollout.ts'

const SHARES_CALLS: readonly string[] = ['running', 'baking', 'paused']

/**
 * The rollout that a plugin's calls are shared by now: another one starts in its place or not at all. Pure.
 * @param own is not another
 */
export function runningOther(
  rollouts: readonly RolloutSummary[],
  own?: string,
): RolloutSummary | undefined {
  return rollouts.find(({ id, state }) => id !== own && SHARES_CALLS.includes(state))
}

/** Asked of the host, the newest rollouts of the plugin first. @param plugin undefined: nothing is asked */
export function useRunningOther(
  plugin: string | undefined,
  own?: string,
): RolloutSummary | undefined {
  const { items } = useList<RolloutSummary>('/v1/rollouts', { plugin }, plugin !== undefined)
  return runningOther(items, own)
}
