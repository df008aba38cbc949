import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'
import { type Snapshot, tenantKey } from '../rollout/routing/snapshot.ts'
import { type RunGuest, RunningGroups } from './running-groups.ts'

interface InTenant {
  readonly tenant: string
  readonly plugin: string
}

/**
 * Calls under way by tenant and plugin, so that a plugin that is disabled stops what it is doing: its calls end,
 * and so does whatever the host does for them.
 */
export class RunningCalls {
  readonly #running = new RunningGroups<InTenant>()
  readonly #snapshot: () => Snapshot

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot
  }

  /**
   * Runs a call that ends when its plugin is disabled in its tenant. Where that came between the choice of its
   * version and now, it does not begin.
   */
  async run(runGuest: RunGuest, call: GuestCall): Promise<GuestOutcome> {
    const { tenant, plugin } = call.isolate
    const key = tenantKey(tenant, plugin)
    if (isDisabled(this.#snapshot(), key)) {
      const reason = coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
      return runGuest({ ...call, signal: { aborted: true, reason } })
    }
    return this.#running.run(key, { tenant, plugin }, runGuest, call)
  }

  /** To be told after each swap of the routing table; costs what runs on this node, not what is installed. */
  follow(snapshot: Snapshot): void {
    for (const [key, group] of this.#running.all()) {
      if (!isDisabled(snapshot, key)) continue
      const { tenant, plugin } = group.of
      group.end(coreErrors.create('CALL_STOPPED', { plugin, tenant }))
      this.#running.close(key)
    }
  }
}

function isDisabled({ bindings }: Snapshot, key: string): boolean {
  return (bindings.get(key)?.binding ?? 'disabled') === 'disabled'
}
