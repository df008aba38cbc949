import type { WatchedSignal } from '@signalbox/sandbox'

/** Neither is listened to, so that both are looked at whenever somebody looks. */
export function eitherOf(one: WatchedSignal, other: WatchedSignal): WatchedSignal {
  return {
    get aborted() {
      return one.aborted || other.aborted
    },
    get reason() {
      return one.aborted ? one.reason : other.reason
    },
  }
}
