import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'
import { isInService } from '../rollout/routing/in-service.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { type RunGuest, RunningGroups } from './running-groups.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  /** Runs it once, after so many milliseconds. */
  readonly after: (ms: number, run: () => void) => void
  readonly drainMs: number
}

interface OfVersion {
  readonly plugin: string
  readonly version: string
}

/**
 * Calls under way by version. One that a rollout took out of service finishes what it was given, for so long; what
 * runs on is then cancelled. New calls are not its any more, so that its count only falls.
 */
export class VersionDrain {
  readonly #running = new RunningGroups<OfVersion>()
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async run(runGuest: RunGuest, call: GuestCall): Promise<GuestOutcome> {
    const { plugin, version } = call.isolate
    return this.#running.run(versionKey(plugin, version), { plugin, version }, runGuest, call)
  }

  /** To be told after each swap of the routing table; costs what runs on this node, not what is installed. */
  follow(before: Snapshot, after: Snapshot): void {
    const { after: wait, drainMs } = this.#ports
    for (const [key, group] of this.#running.all()) {
      const { plugin, version } = group.of
      // A version that is only tried out, by its self-test or by a replay, never was in service.
      if (isInService(after, plugin, version) || !isInService(before, plugin, version)) continue
      // What is given to it later, should it come back, is not what drains.
      this.#running.close(key)
      wait(drainMs, () => {
        if (group.calls === 0 || isInService(this.#ports.snapshot(), plugin, version)) return
        const told = { plugin, version, seconds: drainMs / 1000 }
        group.end(coreErrors.create('VERSION_DRAINED', told, { retryAfterS: 1 }))
      })
    }
  }
}
