import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { type Snapshot, tenantKey } from '../rollout/routing/snapshot.ts'
import { eitherOf } from './either-signal.ts'

type RunGuest = (call: GuestCall) => Promise<GuestOutcome>

/** All calls of a plugin in a tenant share one: it costs a call nothing but the count. */
interface Running {
  readonly tenant: string
  readonly plugin: string
  calls: number
  aborted: boolean
  reason: CodedError | undefined
}

/**
 * Calls under way by tenant and plugin, so that a plugin that is disabled stops what it is doing: its calls end,
 * and so does whatever the host does for them.
 */
export class RunningCalls {
  readonly #running = new Map<string, Running>()
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
    const running = this.#running.get(key) ?? newRunning(tenant, plugin)
    this.#running.set(key, running)
    running.calls++
    try {
      const { signal } = call
      const ended = signal === undefined ? running : eitherOf(running, signal)
      return await runGuest({ ...call, signal: ended })
    } finally {
      if (--running.calls === 0 && this.#running.get(key) === running) this.#running.delete(key)
    }
  }

  /** To be told after each swap of the routing table; costs what runs on this node, not what is installed. */
  follow(snapshot: Snapshot): void {
    for (const [key, running] of this.#running) {
      if (!isDisabled(snapshot, key)) continue
      const { tenant, plugin } = running
      running.reason = coreErrors.create('CALL_STOPPED', { plugin, tenant })
      running.aborted = true
      this.#running.delete(key)
    }
  }
}

function isDisabled({ bindings }: Snapshot, key: string): boolean {
  return (bindings.get(key)?.binding ?? 'disabled') === 'disabled'
}

function newRunning(tenant: string, plugin: string): Running {
  return { tenant, plugin, calls: 0, aborted: false, reason: undefined }
}
