import type { PackageFaults } from './package-files.ts'
import { PackageRefusal } from './package-refusal.ts'

export interface ExpectedPackage {
  readonly name: string
  readonly version: string
  /** Public keys (SubjectPublicKeyInfo, base64) that may have signed it; absent: whether it is signed is not looked at. */
  readonly signers?: readonly string[]
}

type Document = Readonly<Record<string, unknown>>

/** npm runs these on the machine that installs. A plugin is one file that a lane loads: it needs none. */
const INSTALL_SCRIPTS = [
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'prepublish',
]
/** What npm would fetch beside the package. */
const DEPENDENCIES = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'bundledDependencies',
  'bundleDependencies',
]
const KEYWORD = 'signalbox-plugin'

/**
 * Checks package.json but for its `signalbox` key.
 * @throws PackageRefusal when it is another package than the one expected: nothing else matters then.
 */
export function checkPackageJson(
  value: unknown,
  expected: ExpectedPackage | undefined,
  faults: PackageFaults,
): Document | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add('package.json', '', 'must be an object')
    return undefined
  }
  const document = value as Document
  const { name, version } = document
  if (expected !== undefined && (name !== expected.name || version !== expected.version)) {
    throw new PackageRefusal('PACKAGE_MISMATCH', {
      plugin: `${expected.name}@${expected.version}`,
      found: `${String(name)}@${String(version)}`.slice(0, 300),
    })
  }
  checkScripts(document.scripts, faults)
  for (const key of DEPENDENCIES) {
    if (isEmpty(document[key])) continue
    faults.add(
      'package.json',
      `/${key}`,
      'must be empty: a plugin is a bundle that holds all it needs',
    )
  }
  const { keywords } = document
  if (!Array.isArray(keywords) || !keywords.includes(KEYWORD)) {
    faults.add('package.json', '/keywords', `must hold "${KEYWORD}"`)
  }
  return document
}

function checkScripts(scripts: unknown, faults: PackageFaults): void {
  if (typeof scripts !== 'object' || scripts === null) return
  for (const name of INSTALL_SCRIPTS) {
    if (!Object.hasOwn(scripts, name)) continue
    const detail = 'must go: code of a package runs in the sandbox only, never at install'
    faults.add('package.json', `/scripts/${name}`, detail)
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
