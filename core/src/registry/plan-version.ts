import type { PackageInspection } from '@signalbox/sandbox'
import { contractChanges } from '@signalbox/sdk/compatibility'
import type { Contract } from '@signalbox/sdk/contract'
import type { ContractChange } from '@signalbox/sdk/contract-change'
import type { Manifest } from '@signalbox/sdk/manifest'
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

/** Contracts of the version in service against those of a proposed one. */
export function plannedServices(old: Contracts, now: Contracts): readonly PlannedService[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((service) => {
    const before = Object.hasOwn(old, service) ? old[service] : undefined
    const after = Object.hasOwn(now, service) ? now[service] : undefined
    return {
      service,
      major: after?.major ?? null,
      previousMajor: before?.major ?? null,
      changes:
        before === undefined || after === undefined || before.major !== after.major
          ? []
          : contractChanges(before, after),
    }
  })
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
