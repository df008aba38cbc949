import type { PackageInspection } from '@signalbox/sandbox'
import { contractChanges } from '@signalbox/sdk/compatibility'
import type { Contract } from '@signalbox/sdk/contract'
import type { ContractChange } from '@signalbox/sdk/contract-change'
import type { Manifest } from '@signalbox/sdk/manifest'
import { contractOf } from '@signalbox/sdk/provided-service'
import { type RequestedCapability, requestedCapabilities } from './consent.ts'

/** What a version makes of one service. */
export interface PlannedService {
  readonly service: string
  /** Null: not served any more. */
  readonly major: number | null
  /** Of the version in service; null: the service is new. */
  readonly previousMajor: number | null
  readonly changes: readonly ContractChange[]
}

type Contracts = Readonly<Record<string, Contract>>

/**
 * Contracts of the version in service against those of a proposed one. Each major is compared with itself; one that goes
 * as another comes is told as that.
 */
export function plannedServices(old: Contracts, now: Contracts): readonly PlannedService[] {
  const all = [...Object.values(old), ...Object.values(now)]
  return [...new Set(all.map(({ id }) => id))].flatMap((service) => {
    const before = majorsOf(old, service)
    const after = majorsOf(now, service)
    const kept = after.filter((major) => before.includes(major))
    const gone = before.filter((major) => !after.includes(major))
    const fresh = after.filter((major) => !before.includes(major))
    const moved = Array.from({ length: Math.max(gone.length, fresh.length) }, (_, index) => ({
      ...{ service, major: fresh[index] ?? null, previousMajor: gone[index] ?? null },
      changes: [],
    }))
    const same = kept.map((major) => {
      const [one, other] = [contractOf(old, service, major), contractOf(now, service, major)]
      const changes = contractChanges(one as Contract, other as Contract)
      return { service, major, previousMajor: major, changes }
    })
    return [...same, ...moved]
  })
}

function majorsOf(contracts: Contracts, service: string): readonly number[] {
  return Object.values(contracts)
    .flatMap(({ id, major }) => (id === service ? [major] : []))
    .sort((a, b) => a - b)
}

/** Capabilities that a version asks for and the one in service does not, and the other way about. */
export function plannedCapabilities(old: Manifest | undefined, now: Manifest) {
  const before = old === undefined ? [] : requestedCapabilities(old)
  const after = requestedCapabilities(now)
  const without = (some: readonly RequestedCapability[], others: readonly RequestedCapability[]) =>
    some
      .filter(({ hash }) => !others.some((other) => other.hash === hash))
      .map(({ name, parameters, optional }) => ({ name, parameters, optional }))
  return { added: without(after, before), removed: without(before, after) }
}

const expandFile = /^(\d{4}-[a-z0-9-]+)\.expand\.sql$/

/** Names of the steps that a version brings and the one in service has not. */
export function plannedMigrations(
  folder: string | undefined,
  files: PackageInspection['files'],
  known: readonly { readonly path: string }[],
): readonly string[] {
  const stepsIn = (paths: readonly { readonly path: string }[]) =>
    paths.flatMap(({ path }) => {
      const name =
        folder === undefined || !path.startsWith(`${folder}/`) ? '' : path.slice(folder.length + 1)
      const step = expandFile.exec(name)?.[1]
      return step === undefined ? [] : [step]
    })
  const there = new Set(stepsIn(known))
  return stepsIn(files)
    .filter((step) => !there.has(step))
    .sort()
}
