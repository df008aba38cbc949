import { takesKeys } from '../rollout/routing/pick-version.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Run } from './schedule.ts'

/** What a run says of its unit and entity: its payload, parsed only where a plan takes keys from it. */
export function drawnFromRun(
  snapshot: Snapshot,
  plugin: string,
  { payload }: Pick<Run, 'payload'>,
): unknown {
  if (payload === null || !takesKeys(snapshot, plugin)) return undefined
  return JSON.parse(payload)
}
