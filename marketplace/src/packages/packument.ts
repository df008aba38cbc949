import type { RegistrySignature } from '@signalbox/sdk/trust/registry-signature'
import type { PackageName } from './package-name.ts'
import { tarballFile } from './package-name.ts'

export interface PublishedVersion {
  readonly version: string
  readonly publisher: string
  readonly integrity: string
  readonly shasum: string
  readonly unpackedSize: number
  readonly fileCount: number
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly readme: string | null
  readonly publishedAt: Date
  /** The registry's, over name, version and integrity; null: by a host without a key. */
  readonly signature: RegistrySignature | null
}

/** A package as the store has it at one instant: versions in the order they were published. */
export interface StoredPackage {
  readonly name: PackageName
  readonly owner: string
  readonly rev: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly versions: readonly PublishedVersion[]
  readonly distTags: Readonly<Record<string, string>>
}

/** Fields of a version that npm's installer reads; the rest would only cost bytes on every install. */
const abbreviatedFields = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bin',
  'directories',
  'engines',
  'funding',
  'cpu',
  'os',
  'libc',
] as const

const installScripts = ['preinstall', 'install', 'postinstall'] as const

/**
 * What `npm view` and `npm publish` read. Everything in it is either the package.json inside the tarball or
 * the registry's own word; nothing is what the publishing client claimed about itself.
 */
export function fullPackument(stored: StoredPackage, baseUrl: string): Record<string, unknown> {
  const latest = stored.versions.find(({ version }) => version === stored.distTags.latest)
  return {
    _id: stored.name.full,
    _rev: stored.rev,
    name: stored.name.full,
    ...(typeof latest?.packageJson.description === 'string'
      ? { description: latest.packageJson.description }
      : {}),
    'dist-tags': stored.distTags,
    versions: byVersion(stored, (version) => fullVersion(stored.name, version, baseUrl)),
    time: {
      created: stored.createdAt.toISOString(),
      modified: stored.modifiedAt.toISOString(),
      ...byVersion(stored, ({ publishedAt }) => publishedAt.toISOString()),
    },
    maintainers: [{ name: stored.owner }],
    ...(latest?.readme ? { readme: latest.readme } : {}),
  }
}

/** What `npm install` reads (application/vnd.npm.install-v1+json). */
export function abbreviatedPackument(
  stored: StoredPackage,
  baseUrl: string,
): Record<string, unknown> {
  return {
    name: stored.name.full,
    modified: stored.modifiedAt.toISOString(),
    'dist-tags': stored.distTags,
    versions: byVersion(stored, (version) => ({
      ...Object.fromEntries(
        abbreviatedFields
          .filter((field) => version.packageJson[field] !== undefined)
          .map((field) => [field, version.packageJson[field]]),
      ),
      ...(hasInstallScript(version.packageJson) ? { hasInstallScript: true } : {}),
      dist: dist(stored.name, version, baseUrl),
    })),
  }
}

function fullVersion(name: PackageName, version: PublishedVersion, baseUrl: string) {
  return {
    ...Object.fromEntries(
      Object.entries(version.packageJson).filter(([field]) => !isRegistryField(field)),
    ),
    _id: `${name.full}@${version.version}`,
    _npmUser: { name: version.publisher },
    maintainers: [{ name: version.publisher }],
    dist: dist(name, version, baseUrl),
  }
}

/** A package.json may hold these, but only the registry may say them. */
function isRegistryField(field: string): boolean {
  return field.startsWith('_') || field === 'dist' || field === 'maintainers'
}

function dist(name: PackageName, version: PublishedVersion, baseUrl: string) {
  return {
    integrity: version.integrity,
    shasum: version.shasum,
    tarball: `${baseUrl}/${name.full}/-/${tarballFile(name, version.version)}`,
    fileCount: version.fileCount,
    unpackedSize: version.unpackedSize,
    ...(version.signature === null ? {} : { signatures: [version.signature] }),
  }
}

function hasInstallScript(packageJson: Readonly<Record<string, unknown>>): boolean {
  const { scripts } = packageJson
  return (
    typeof scripts === 'object' &&
    scripts !== null &&
    installScripts.some((script) => Object.hasOwn(scripts, script))
  )
}

function byVersion<Value>(
  stored: StoredPackage,
  toValue: (version: PublishedVersion) => Value,
): Record<string, Value> {
  return Object.fromEntries(stored.versions.map((version) => [version.version, toValue(version)]))
}
