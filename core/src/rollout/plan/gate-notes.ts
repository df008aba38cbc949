import type { Localized } from '@signalbox/sdk/errors'
import { type Snapshot, serviceKey, tenantKey } from '../routing/snapshot.ts'
import { isGate, type Step } from './steps.ts'

/**
 * Services that gates of a plan ask and cannot reach now. No faults: a board may be enabled after the plan is made; but
 * what waits for one that never comes is looked for by nobody.
 */
export function gateNotes(
  steps: readonly Step[],
  { providers, bindings }: Pick<Snapshot, 'providers' | 'bindings'>,
): readonly Localized[] {
  return steps.filter(isGate).flatMap(({ gate: { tenant, service, major } }) => {
    const key = serviceKey(service, major)
    const provider = providers.get(key)
    const binding = provider === undefined ? undefined : bindings.get(tenantKey(tenant, provider))
    if (binding !== undefined && binding.binding !== 'disabled') return []
    return [
      {
        en: `no plugin that is enabled in ${tenant} provides ${key}: its gate would hold the rollout until one does`,
        'zh-CN': `租户 ${tenant} 中没有已启用的插件提供 ${key}：在其启用之前，该闸口会一直阻止推进`,
      },
    ]
  })
}
