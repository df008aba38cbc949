import type { Rollout } from '../rollout-store.ts'
import type { InFlight } from './in-flight.ts'
import { isInService } from './in-service.ts'
import { type Snapshot, versionKey } from './snapshot.ts'

export interface Draining {
  readonly version: string
  /** Calls that this node gave it before it was taken out of service. */
  readonly inFlight: number
}

/** Of a rollout's two versions the one that only finishes what it was given, on this node; null: none does. */
export function drainingOf(
  { kind, plugin, from, to }: Pick<Rollout, 'kind' | 'plugin' | 'from' | 'to'>,
  snapshot: Snapshot,
  calls: Pick<InFlight, 'of'>,
): Draining | null {
  // A version of a document runs nothing of its own, and may be called as one of the plugin is.
  if (kind !== 'plugin') return null
  const version = [to, from].find((one) => !isInService(snapshot, plugin, one))
  if (version === undefined) return null
  const inFlight = calls.of(versionKey(plugin, version))
  return inFlight === 0 ? null : { version, inFlight }
}
