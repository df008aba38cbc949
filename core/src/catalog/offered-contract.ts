import type { Contract } from '@signalbox/sdk/contract'
import { contractOf } from '@signalbox/sdk/provided-service'
import {
  type InstalledVersion,
  type Snapshot,
  serviceKey,
  versionKey,
} from '../rollout/routing/snapshot.ts'

interface OfferedContract {
  readonly installed: InstalledVersion
  readonly contract: Contract
}

/** The contract of the version in service, without a query; undefined where no version serves this major, or the host itself does. */
export function offeredContract(
  snapshot: Snapshot,
  { id, major }: { readonly id: string; readonly major: number },
): OfferedContract | undefined {
  const plugin = snapshot.providers.get(serviceKey(id, major)) ?? ''
  const installed = snapshot.versions.get(versionKey(plugin, snapshot.stable.get(plugin) ?? ''))
  const contract = contractOf(installed?.contracts ?? {}, id, major)
  return installed === undefined || contract === undefined ? undefined : { installed, contract }
}
