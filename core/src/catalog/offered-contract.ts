import type { Contract } from '@signalbox/sdk/contract'
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
  const contracts = installed?.contracts ?? {}
  const contract = Object.hasOwn(contracts, id) ? contracts[id] : undefined
  return installed === undefined || contract?.major !== major ? undefined : { installed, contract }
}
