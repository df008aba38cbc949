import { type Snapshot, serviceKey, versionKey } from '../../rollout/routing/snapshot.ts'
import { offeredContract } from '../offered-contract.ts'
import type { HeldTo } from './level-ledger.ts'
import type { PromisedLevels } from './service-levels.ts'

export interface Promised {
  readonly service: string
  readonly major: number
  readonly plugin: string
  readonly levels: PromisedLevels
}

/** Services whose version in service promises something. */
export function promisedBy(snapshot: Snapshot): readonly Promised[] {
  const found: Promised[] = []
  for (const key of snapshot.providers.keys()) {
    const [service = '', major = ''] = key.split('@')
    const offered = offeredContract(snapshot, { id: service, major: Number(major) })
    const levels = offered?.contract.serviceLevels
    if (offered === undefined || levels === undefined) continue
    found.push({ service, major: Number(major), plugin: offered.installed.plugin, levels })
  }
  return found
}

/**
 * What a version that is asked is held to: what it promises itself, on a canary too.
 * @returns undefined: the host itself provides the service
 */
export function heldTo(
  snapshot: Snapshot,
  service: string,
  major: number,
  version: string,
): HeldTo | undefined {
  const plugin = snapshot.providers.get(serviceKey(service, major))
  if (plugin === undefined) return undefined
  const contracts = snapshot.versions.get(versionKey(plugin, version))?.contracts ?? {}
  const contract = Object.hasOwn(contracts, service) ? contracts[service] : undefined
  return { plugin, p95Ms: contract?.serviceLevels?.p95Ms }
}
