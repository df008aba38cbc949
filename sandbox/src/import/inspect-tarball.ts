import { createHash } from 'node:crypto'
import { checkPackage } from '@signalbox/sdk/check'
import type { Contract } from '@signalbox/sdk/contract'
import type { InputFault } from '@signalbox/sdk/errors'
import { type Finding, findingFault } from '@signalbox/sdk/finding'
import { gateFinding } from '@signalbox/sdk/gate-rules'
import type { Manifest } from '@signalbox/sdk/manifest'
import { integrityOf, type PackageSignature } from '@signalbox/sdk/trust/package-signature'
import { authorOf } from './author-of.ts'
import { checkManifest } from './check-manifest.ts'
import { checkPackageJson, type ExpectedPackage } from './check-package-json.ts'
import { PackageFaults, PackageFiles } from './package-files.ts'
import type { PackageLimits } from './package-limits.ts'
import { PackageRefusal } from './package-refusal.ts'
import { unpackTarball } from './unpack-tarball.ts'

export interface InspectedFile {
  readonly path: string
  readonly size: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly bytes: Buffer
}

/** What was found in a tarball that passed every check. */
export interface PackageInspection {
  /** Subresource integrity, sha512, of the tarball: computed, never taken from a document. */
  readonly integrity: string
  /** SHA-1 of the tarball, hexadecimal, as npm documents carry it. */
  readonly shasum: string
  readonly size: number
  readonly unpackedSize: number
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly manifest: Manifest
  /** By service id. */
  readonly contracts: Readonly<Record<string, Contract>>
  readonly files: readonly InspectedFile[]
  /** What the checks of a publish found, the errors first; nothing where they were not asked for. */
  readonly findings: readonly Finding[]
  /** Which of the keys given has signed it; null: it is not signed, or no key was given. */
  readonly author: PackageSignature | null
}

/** `publish`: also all that a registry wants of a package; `install`: only what no host may be given. */
export type InspectionDepth = 'install' | 'publish'

/** How many faults one answer lists: enough to mend a package, bounded so that hostile input stays cheap. */
const MAX_FAULTS = 50

/**
 * The whole check, as it runs in the import process. Reads nothing but its arguments.
 * @throws PackageRefusal
 */
export async function inspectTarball(
  tarball: Buffer,
  expected: ExpectedPackage | undefined,
  limits: PackageLimits,
  depth: InspectionDepth = 'install',
): Promise<PackageInspection> {
  const plugin = labelOf(expected)
  const unpacked = await unpackTarball(tarball, plugin, limits)
  const faults = new PackageFaults()
  const files = new PackageFiles(unpacked, faults)
  const read = files.json('package.json', '')
  const packageJson = read && checkPackageJson(read.value, expected, faults)
  // npm compiles a package that holds this file, without any script.
  if (unpacked.has('binding.gyp'))
    faults.add('binding.gyp', '', 'must go: a plugin has no native code')
  const checked = packageJson && checkManifest(packageJson.signalbox, files, limits, faults)
  const findings = depth === 'publish' ? findingsIn(unpacked, faults.all) : []
  if (faults.all.length > 0 || packageJson === undefined || checked === undefined) {
    const told = depth === 'publish' ? findings.map(findingFault) : faults.all.slice(0, MAX_FAULTS)
    throw new PackageRefusal('PACKAGE_INVALID', { plugin }, told)
  }
  const author = authorOf(unpacked, expected)
  const inspected = [...unpacked].map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  }))
  return {
    integrity: integrityOf(tarball),
    shasum: createHash('sha1').update(tarball).digest('hex'),
    size: tarball.length,
    unpackedSize: inspected.reduce((sum, { size }) => sum + size, 0),
    packageJson,
    manifest: checked.manifest,
    contracts: checked.contracts,
    files: inspected,
    findings,
    author,
  }
}

/** A package that nobody expects is what it says it is. */
export function labelOf(expected: ExpectedPackage | undefined): string {
  return expected === undefined ? 'the package' : `${expected.name}@${expected.version}`
}

/** With what is wrong whoever asks, in the words of its rule. */
function findingsIn(
  unpacked: ReadonlyMap<string, Buffer>,
  faults: readonly InputFault[],
): readonly Finding[] {
  const text = (path: string) => unpacked.get(path)?.toString('utf8')
  return checkPackage(
    unpacked,
    faults.map((fault) => gateFinding(fault, text)),
  )
}
