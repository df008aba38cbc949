import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import type { CodedError } from '@signalbox/sdk/errors'
import type { Manifest } from '@signalbox/sdk/manifest'
import semver from 'semver'
import { coreErrors } from '../errors.ts'
import { wishedTypes } from '../host-events/host-event-types.ts'
import { isHostName } from './host-names.ts'

export interface Candidate {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  /** The operator lets it run in a process of its own; not so, when absent. */
  readonly isTrusted?: boolean
}

/** What is installed and ready: the versions of each plugin, and what the stable one of each requires. */
export interface Installed {
  readonly plugin: string
  readonly versions: readonly string[]
  readonly stable: Candidate | null
}

/** Capabilities this host offers today; a required one beyond them is refused at install. */
const offeredCapabilities: readonly string[] = [
  'db:inspect',
  'db:own',
  'service:call',
  'service:provide',
  'blob:own',
  'udf:provide',
  'link:share',
  'rollout:use',
  'notify:send',
  'identity:read',
  'http:fetch',
  'secret:use',
  'event:publish',
  'event:subscribe',
  'job:schedule',
  'http:receive',
  'keys:sign',
  'keys:verify',
  'intl',
  'wasm',
  'ui:mount',
]

/** Tiers that anybody's plugin may run in. */
const offeredTiers: readonly string[] = ['declarative', 'sandbox']

/**
 * Whether a version may be installed beside what is there. Pure.
 * @returns the first reason against it, or undefined.
 */
export function refusalOf(
  candidate: Candidate,
  hostVersion: string,
  installed: readonly Installed[],
): CodedError | undefined {
  return refusalsOf(candidate, hostVersion, installed)[0]
}

/** As `refusalOf`, one reason of each kind: what an admin would otherwise learn one install after the other. */
export function refusalsOf(
  candidate: Candidate,
  hostVersion: string,
  installed: readonly Installed[],
): readonly CodedError[] {
  return [
    ...ownRefusalsOf(candidate, hostVersion),
    dependencyRefusal(candidate, installed),
    dependentRefusal(candidate, installed),
  ].filter((refusal) => refusal !== undefined)
}

/** Those that follow from the version alone, whatever is installed. */
export function ownRefusalsOf(candidate: Candidate, hostVersion: string): readonly CodedError[] {
  return [
    tierRefusal(candidate),
    hostRefusal(candidate, hostVersion),
    capabilityRefusal(candidate),
    hostEventRefusal(candidate),
    hostJobRefusal(candidate),
  ].filter((refusal) => refusal !== undefined)
}

function tierRefusal(candidate: Candidate): CodedError | undefined {
  const { plugin, version, manifest, isTrusted } = candidate
  const { tier } = manifest.runtime
  return offeredTiers.includes(tier) || isTrusted === true
    ? undefined
    : coreErrors.create('TIER_NOT_ALLOWED', { plugin, version, tier })
}

function hostRefusal(candidate: Candidate, host: string): CodedError | undefined {
  const { plugin, version, manifest } = candidate
  if (semver.satisfies(host, manifest.host)) return undefined
  const parameters = { plugin, version, range: manifest.host, host }
  return coreErrors.create('HOST_RANGE_UNSATISFIED', parameters)
}

function capabilityRefusal({ plugin, version, manifest }: Candidate): CodedError | undefined {
  for (const [capability, entries] of Object.entries(manifest.capabilities ?? {})) {
    if (offeredCapabilities.includes(capability)) continue
    if ((entries as readonly { optional?: boolean }[]).every((entry) => entry.optional === true)) {
      continue
    }
    return coreErrors.create('CAPABILITY_UNSUPPORTED', { plugin, version, capability })
  }
  return undefined
}

/** It would wait for ever for what this host never says. */
function hostEventRefusal({ plugin, version, manifest }: Candidate): CodedError | undefined {
  const wishes = manifest.capabilities?.['event:subscribe'] ?? []
  const unknown = wishes.find(
    ({ type, optional }) =>
      isHostName(type) &&
      type !== CONTRIBUTIONS_CHANGED &&
      optional !== true &&
      wishedTypes(type).length === 0,
  )
  if (unknown === undefined) return undefined
  return coreErrors.create('HOST_EVENT_UNKNOWN', { plugin, version, type: unknown.type })
}

/** A handler without a tenant would have no settings, no tables and no isolate: there is nothing it could do. */
function hostJobRefusal({ plugin, version, manifest }: Candidate): CodedError | undefined {
  const wishes = manifest.capabilities?.['job:schedule'] ?? []
  return wishes.some(({ per, optional }) => per === 'host' && optional !== true)
    ? coreErrors.create('JOB_PER_HOST_UNSUPPORTED', { plugin, version })
    : undefined
}

/** Why a version may not serve beside what is there: something that it requires is not. Pure. */
export function dependencyRefusal(
  { plugin, version, manifest }: Candidate,
  installed: readonly Installed[],
): CodedError | undefined {
  for (const [dependency, range] of Object.entries(manifest.requires ?? {})) {
    const versions = installed.find((other) => other.plugin === dependency)?.versions ?? []
    if (semver.maxSatisfying([...versions], range) !== null) continue
    const found = versions.length === 0 ? 'none is installed' : `only ${versions.join(', ')} is`
    const parameters = { plugin, version, dependency, range, found }
    return coreErrors.create('DEPENDENCY_MISSING', parameters)
  }
  return undefined
}

/**
 * A new version that leaves the range another plugin requires is refused while no installed version stays
 * within it: old versions stay installed, so most updates pass.
 */
function dependentRefusal(
  { plugin, version }: Candidate,
  installed: readonly Installed[],
): CodedError | undefined {
  const versions = installed.find((other) => other.plugin === plugin)?.versions ?? []
  for (const { stable } of installed) {
    const range = stable?.manifest.requires?.[plugin]
    if (stable === null || range === undefined) continue
    if (semver.maxSatisfying([...versions, version], range) !== null) continue
    const parameters = { plugin, version, dependent: stable.plugin, range }
    return coreErrors.create('DEPENDENT_BROKEN', parameters)
  }
  return undefined
}
