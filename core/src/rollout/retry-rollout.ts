import { coreErrors } from '../errors.ts'
import { isOfPlugin } from './documents/document-subject.ts'
import type { PluginVersion } from './plan/plan-rollout.ts'
import { terminalStates } from './rollout-states.ts'
import type { Rollout } from './rollout-store.ts'

export interface RetryWish {
  /** Of the plugin of the rollout that is named; absent: the same as before. */
  readonly version?: string | undefined
  /** The same version again: what went wrong was not its own. */
  readonly force?: boolean | undefined
}

/**
 * What a rollout that was taken back is planned as once more: the same plan and the same draw, so that the keys that met
 * the version first do so again. The named plugin comes first. Pure.
 * @param group the rollout with the others of its group
 * @throws CORE_ROLLOUT_RETRY_REFUSED
 */
export function retriedTargets(
  group: readonly Rollout[],
  named: Rollout,
  { version = named.to, force = false }: RetryWish,
): readonly PluginVersion[] {
  const { id, state, to, plugin } = named
  if (!terminalStates.includes(state)) {
    throw coreErrors.create('ROLLOUT_RETRY_REFUSED', { rollout: id, reason: `it is ${state}` })
  }
  if (!isOfPlugin(named)) {
    const reason = `it is of a ${named.kind}: ${plugin} itself plans it anew`
    throw coreErrors.create('ROLLOUT_RETRY_REFUSED', { rollout: id, reason })
  }
  if (version === to && !force) {
    const reason = `${plugin}@${to} is what was taken back`
    throw coreErrors.create('ROLLOUT_RETRY_REFUSED', { rollout: id, reason })
  }
  const others = group.filter((one) => one.id !== id)
  return [{ plugin, version }, ...others.map((one) => ({ plugin: one.plugin, version: one.to }))]
}
