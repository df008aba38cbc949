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
  /** What npm warns of; null: nothing. */
  readonly deprecation: string | null
  /** Of the in-toto statement of its Sigstore bundle, such as https://slsa.dev/provenance/v1. */
  readonly provenanceType: string | null
  readonly publishedAt: Date
  /** Why it was yanked; null: it was not. */
  readonly yanked: string | null
  /** The registry's, over name, version and integrity; null: by a host without a key. */
  readonly signature: RegistrySignature | null
}

/** A package as the store has it at one instant: versions in the order they were published. */
export interface StoredPackage {
  readonly name: PackageName
  /** Who may publish it, its holder first. */
  readonly owners: readonly string[]
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
    // npm prints an address beside every name; there is none here.
    maintainers: stored.owners.map((name) => ({ name, email: '' })),
    ...policyRestrictions(stored, (version) => fullVersion(stored.name, version, baseUrl)),
    ...(latest?.readme ? { readme: latest.readme } : {}),
  }
}

/** What `npm install` reads (application/vnd.npm.install-v1+json). */
export function abbreviatedPackument(
  stored: StoredPackage,
  baseUrl: string,
): Record<string, unknown> {
  const abbreviated = (version: PublishedVersion) => ({
    ...Object.fromEntries(
      abbreviatedFields
        .filter((field) => version.packageJson[field] !== undefined)
        .map((field) => [field, version.packageJson[field]]),
    ),
    ...deprecated(version),
    ...yankedWarning(version),
    ...(hasInstallScript(version.packageJson) ? { hasInstallScript: true } : {}),
    dist: dist(stored.name, version, baseUrl),
  })
  const chosen = { ...stored, versions: stored.versions.filter(({ yanked }) => yanked === null) }
  return {
    name: stored.name.full,
    modified: stored.modifiedAt.toISOString(),
    'dist-tags': stored.distTags,
    versions: byVersion(chosen, abbreviated),
    ...policyRestrictions(stored, abbreviated),
  }
}

/**
 * npm's own words for versions that nobody is to choose (npm-pick-manifest): they come after all others for a range,
 * and whoever names one is told the message. A lockfile that holds one asks for its tarball alone, and gets it.
 */
function policyRestrictions<Value>(
  stored: StoredPackage,
  toValue: (version: PublishedVersion) => Value,
) {
  const versions = stored.versions.filter(({ yanked }) => yanked !== null)
  if (versions.length === 0) return {}
  const message = versions.map(({ version, yanked }) => `${version} was yanked: ${yanked}`)
  return {
    policyRestrictions: {
      message: message.join('\n'),
      versions: byVersion({ ...stored, versions }, toValue),
    },
  }
}

/** Who looks at a yanked version, or has it in a lockfile, is warned as of a deprecated one. */
function yankedWarning({ yanked }: PublishedVersion) {
  return yanked === null ? {} : { deprecated: `yanked: ${yanked}` }
}

function fullVersion(name: PackageName, version: PublishedVersion, baseUrl: string) {
  return {
    ...Object.fromEntries(
      Object.entries(version.packageJson).filter(([field]) => !isRegistryField(field)),
    ),
    ...deprecated(version),
    ...yankedWarning(version),
    _id: `${name.full}@${version.version}`,
    _npmUser: { name: version.publisher },
    maintainers: [{ name: version.publisher }],
    dist: dist(name, version, baseUrl),
  }
}

/** A package.json may hold these, but only the registry may say them. */
function isRegistryField(field: string): boolean {
  return field.startsWith('_') || ['deprecated', 'dist', 'maintainers'].includes(field)
}

function deprecated({ deprecation }: PublishedVersion) {
  return deprecation === null ? {} : { deprecated: deprecation }
}

function dist(name: PackageName, version: PublishedVersion, baseUrl: string) {
  return {
    integrity: version.integrity,
    shasum: version.shasum,
    tarball: `${baseUrl}/${name.full}/-/${tarballFile(name, version.version)}`,
    fileCount: version.fileCount,
    unpackedSize: version.unpackedSize,
    ...attestations(name, version, baseUrl),
    ...(version.signature === null ? {} : { signatures: [version.signature] }),
  }
}

function attestations(
  name: PackageName,
  { version, provenanceType }: PublishedVersion,
  baseUrl: string,
) {
  if (provenanceType === null) return {}
  const spec = `${name.full.replace('/', '%2f')}@${version}`
  const url = `${baseUrl}/-/npm/v1/attestations/${spec}`
  return { attestations: { url, provenance: { predicateType: provenanceType } } }
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
