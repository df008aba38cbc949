import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { isInService } from '../rollout/routing/in-service.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { eitherOf } from './either-signal.ts'

type RunGuest = (call: GuestCall) => Promise<GuestOutcome>

/** As long as most calls may take at all (Argo Rollouts waits as long): what is cut is a stream, a long job, a hang. */
const DRAIN_MS = 30_000

interface Ports {
  readonly snapshot: () => Snapshot
  /** Runs it once, after so many milliseconds. */
  readonly after: (ms: number, run: () => void) => void
  /** Of a test; the default is 30 s. */
  readonly drainMs?: number
}

/** All calls of a version share one: it costs a call nothing but the count. */
interface Running {
  readonly plugin: string
  readonly version: string
  calls: number
  aborted: boolean
  reason: CodedError | undefined
}

/**
 * Calls under way by version. One that a rollout took out of service finishes what it was given, for so long; what
 * runs on is then cancelled. New calls are not its any more, so that its count only falls.
 */
export class VersionDrain {
  readonly #running = new Map<string, Running>()
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async run(runGuest: RunGuest, call: GuestCall): Promise<GuestOutcome> {
    const { plugin, version } = call.isolate
    const key = versionKey(plugin, version)
    const running = this.#running.get(key) ?? newRunning(plugin, version)
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
  follow(before: Snapshot, after: Snapshot): void {
    const { after: wait, drainMs = DRAIN_MS } = this.#ports
    for (const [key, running] of this.#running) {
      const { plugin, version } = running
      // A version that is only tried out, by its self-test or by a replay, never was in service.
      if (isInService(after, plugin, version) || !isInService(before, plugin, version)) continue
      // What is given to it later, should it come back, is not what drains.
      this.#running.delete(key)
      wait(drainMs, () => this.#cut(running, drainMs))
    }
  }

  #cut(running: Running, drainMs: number): void {
    const { plugin, version, calls } = running
    if (calls === 0 || isInService(this.#ports.snapshot(), plugin, version)) return
    const told = { plugin, version, seconds: drainMs / 1000 }
    running.reason = coreErrors.create('VERSION_DRAINED', told, { retryAfterS: 1 })
    running.aborted = true
  }
}

function newRunning(plugin: string, version: string): Running {
  return { plugin, version, calls: 0, aborted: false, reason: undefined }
}
