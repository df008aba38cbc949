import { breakingFaults } from '@signalbox/sdk/breaking-faults'
import type { CodedError } from '@signalbox/sdk/errors'
import semver from 'semver'
import { coreErrors } from '../errors.ts'
import type { Installation } from './registry-store.ts'

type Contracted = Pick<Installation, 'plugin' | 'version' | 'manifest' | 'contracts'>

/**
 * Whether a version promises what the one in service promises, by their contracts. An older version passes: nothing
 * stands in the way of going back.
 * @returns CORE_CONTRACT_BREAKING with a pointer into the contract's file for each change
 */
export function contractRefusal(
  candidate: Contracted,
  stable: Contracted | undefined,
): CodedError | undefined {
  if (stable === undefined || semver.lte(candidate.version, stable.version)) return undefined
  const { plugin, version, manifest } = candidate
  const paths = new Map(manifest.provides?.services?.map(({ id, contract }) => [id, contract]))
  const faults = breakingFaults(stable.contracts, candidate.contracts).map(
    ({ service, ...fault }) => ({ ...fault, at: paths.get(service) ?? service }),
  )
  if (faults.length === 0) return undefined
  return coreErrors.create(
    'CONTRACT_BREAKING',
    { plugin, version, stable: stable.version },
    { faults },
  )
}
