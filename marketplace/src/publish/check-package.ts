import { bounded } from '@signalbox/sdk/check'
import { type InputFault, isCodedError } from '@signalbox/sdk/errors'
import { type Finding, findingFault, hasError } from '@signalbox/sdk/finding'
import type { Knex } from 'knex'
import { type Candidate, registryFindings } from '../checks/registry-checks.ts'
import { marketplaceErrors } from '../errors.ts'
import type { PackageName } from '../packages/package-name.ts'
import { measureVersions } from '../packages/package-store.ts'
import type { MarketplaceOptions, PackageInspection } from '../ports.ts'
import { unstorableParts } from './storable-json.ts'

/** What one package may put into its packument, which every `npm view` of it must carry. */
const MAX_VERSIONS = 2000
const MAX_PACKAGE_JSON_BYTES = 16 * 1024 * 1024

/** A package as it came, by a publish or from another marketplace. */
export interface GivenPackage {
  readonly name: PackageName
  readonly version: string
  readonly tarball: Buffer
  /** Public keys that may have signed it; absent: nobody's signature is looked for. */
  readonly signers?: readonly string[]
}

/**
 * Unpacked and read in a child process, and found to be what it says and what can be kept. What the inspection refuses by
 * findings is refused as findings are.
 * @throws `MKT_CHECKS_FAILED`, `MKT_PACKAGE_MISMATCH`, `MKT_PACKAGE_UNSTORABLE`, and what the inspection says
 */
export async function inspectSound(
  { inspectPackage }: Pick<MarketplaceOptions, 'inspectPackage'>,
  given: GivenPackage,
): Promise<PackageInspection> {
  const { name, version, tarball, signers } = given
  const expected = { name: name.full, version, ...(signers === undefined ? {} : { signers }) }
  const inspection = await inspectPackage(tarball, expected).catch((error: unknown) => {
    if (!isCodedError(error) || !error.faults.some(({ rule }) => rule !== undefined)) throw error
    throw checksFailed(given, error.faults, error)
  })
  requireSamePackage(given, inspection)
  requireStorable(given, inspection)
  return inspection
}

/**
 * What the checks beside other packages and the trials find. Runs nothing of a package in which reading alone found an
 * error.
 * @param counts which of them; all, when left out
 * @throws `MKT_CHECKS_FAILED`
 */
export async function checkedFindings(
  { knex, tryPackage }: Pick<MarketplaceOptions, 'knex' | 'tryPackage'>,
  candidate: Candidate,
  counts: (finding: Finding) => boolean = () => true,
): Promise<readonly Finding[]> {
  const { inspection, name, version } = candidate
  const beside = (await registryFindings(knex, candidate)).filter(counts)
  const read = bounded([...inspection.findings, ...beside])
  requireSound(candidate, read)
  const spec = { name: name.full, version }
  const tried = tryPackage === undefined ? [] : await tryPackage(inspection, spec)
  const findings = bounded([...read, ...tried])
  requireSound(candidate, findings)
  return findings
}

type Spec = Pick<GivenPackage, 'name' | 'version'>

/** @throws `MKT_CHECKS_FAILED` */
export function requireSound(spec: Spec, findings: readonly Finding[]): void {
  if (hasError(findings)) throw checksFailed(spec, findings.map(findingFault))
}

/** @throws `MKT_VERSIONS_FULL` */
export async function requireRoom(trx: Knex.Transaction, name: string): Promise<void> {
  const { count, bytes } = await measureVersions(trx, name)
  if (count < MAX_VERSIONS && bytes < MAX_PACKAGE_JSON_BYTES) return
  const mebibytes = Math.round(bytes / 1024 / 1024)
  throw marketplaceErrors.create('VERSIONS_FULL', { package: name, versions: count, mebibytes })
}

function requireSamePackage(spec: Spec, { packageJson }: PackageInspection): void {
  const { name, version } = packageJson
  if (name === spec.name.full && version === spec.version) return
  const inside = `${String(name)}@${String(version)}`
  throw marketplaceErrors.create('PACKAGE_MISMATCH', { package: textOf(spec), inside })
}

function requireStorable(spec: Spec, inspection: PackageInspection): void {
  const faults = unstorableParts(inspection)
  if (faults.length === 0) return
  throw marketplaceErrors.create('PACKAGE_UNSTORABLE', { package: textOf(spec) }, { faults })
}

function checksFailed(spec: Spec, faults: readonly InputFault[], cause?: unknown) {
  const count = faults.filter(({ severity }) => severity === 'error').length
  return marketplaceErrors.create(
    'CHECKS_FAILED',
    { package: textOf(spec), count },
    { faults, cause },
  )
}

function textOf({ name, version }: Spec): string {
  return `${name.full}@${version}`
}
