import type { GuestCall, GuestOutcome, WatchedSignal } from '@signalbox/sandbox'
import type { CodedError } from '@signalbox/sdk/errors'

export type RunGuest = (call: GuestCall) => Promise<GuestOutcome>

/** Calls under way that would be ended together; they share one signal: it costs a call nothing but the count. */
class RunningGroup<Of> {
  readonly of: Of
  calls = 0
  aborted = false
  reason: CodedError | undefined

  constructor(of: Of) {
    this.of = of
  }

  end(reason: CodedError): void {
    this.reason = reason
    this.aborted = true
  }
}

/** Calls under way, in groups by a key. A group that has no call left is not kept. */
export class RunningGroups<Of> {
  readonly #groups = new Map<string, RunningGroup<Of>>()

  async run(key: string, of: Of, runGuest: RunGuest, call: GuestCall): Promise<GuestOutcome> {
    const group = this.#groups.get(key) ?? new RunningGroup(of)
    this.#groups.set(key, group)
    group.calls++
    try {
      const { signal } = call
      const ended = signal === undefined ? group : eitherOf(group, signal)
      return await runGuest({ ...call, signal: ended })
    } finally {
      if (--group.calls === 0 && this.#groups.get(key) === group) this.#groups.delete(key)
    }
  }

  all(): Iterable<readonly [key: string, group: RunningGroup<Of>]> {
    return this.#groups
  }

  /** What comes under the key from now on belongs to another group. */
  close(key: string): void {
    this.#groups.delete(key)
  }
}

/** Neither is listened to, so that both are looked at whenever somebody looks. */
function eitherOf(one: WatchedSignal, other: WatchedSignal): WatchedSignal {
  return {
    get aborted() {
      return one.aborted || other.aborted
    },
    get reason() {
      return one.aborted ? one.reason : other.reason
    },
  }
}
