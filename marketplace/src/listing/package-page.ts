import type { CodedError, Language } from '@signalbox/sdk/errors'
import { capabilityRequests, type Manifest } from '@signalbox/sdk/manifest'
import semver from 'semver'
import { type Advisory, affects } from '../advisories/advisory.ts'
import { fileUrl } from './file-url.ts'
import type { KeptKind } from './kept-files.ts'
import type { StoredFile } from './package-file-store.ts'
import type { VersionLine, VersionRow } from './package-page-store.ts'

/** Which hosts a version runs on, and whether this is one. */
function hostFit(hostRange: string, hostVersion: string) {
  const isFit = semver.satisfies(hostVersion, hostRange, { includePrerelease: true })
  return { host: hostRange, thisHost: hostVersion, fits: isFit }
}

/**
 * Whether this host takes a version beside what is installed, and what is against it: its range of hosts, its tier, a
 * capability that is not offered here; and, to who may know, a plugin that it requires or that requires another of it.
 */
export function compatibilityOf(
  { host }: Manifest,
  hostVersion: string,
  refusals: readonly CodedError[],
  language: Language,
) {
  return {
    host,
    thisHost: hostVersion,
    fits: refusals.length === 0,
    reasons: refusals.map((refusal) => ({
      code: refusal.code,
      detail: refusal.localizedMessage(language),
      cure: refusal.cure(language),
    })),
  }
}

/** What is told of an advisory beside a package; all of it stands at `/advisories/{id}`. */
export function advisoryLine({ id, title, severity, vulnerableVersions, url }: Advisory) {
  return { id, title, severity, vulnerableVersions, url: url ?? null }
}

export function versionLine(
  { hostRange, deprecated, ...line }: VersionLine,
  hostVersion: string,
  installed: readonly string[] | undefined,
  advisories: readonly Advisory[],
) {
  return {
    ...line,
    deprecated,
    ...hostFit(hostRange, hostVersion),
    /** Null: the reader may not know. */
    isInstalled: installed?.includes(line.version) ?? null,
    /** Ids of those that speak of it. */
    advisories: advisories.filter((one) => affects(one, [line.version])).map(({ id }) => id),
  }
}

/** What a version is, of what it says of itself and of what the marketplace knows. */
export function versionFacts(row: VersionRow, files: readonly StoredFile[], filesUrl: string) {
  const { manifest, packageJson, contracts } = row
  const pictures = new Map(
    files.filter(({ kind }) => kind === 'picture').map((file) => [file.path, file]),
  )
  return {
    version: row.version,
    state: row.state,
    deprecated: textOf(packageJson['deprecated']),
    publisher: row.publisher,
    publishedAt: row.publishedAt,
    size: row.size,
    unpackedSize: row.unpackedSize,
    integrity: row.integrity,
    displayName: manifest.displayName,
    summary: manifest.listing?.summary ?? { en: textOf(packageJson['description']) ?? '' },
    category: manifest.category ?? null,
    keywords: (Array.isArray(packageJson['keywords']) ? packageJson['keywords'] : [])
      .flatMap((one) => textOf(one) ?? [])
      .slice(0, 20),
    tier: manifest.runtime.tier,
    license: textOf(packageJson['license']),
    links: linksOf(packageJson),
    requires: manifest.requires ?? {},
    capabilities: capabilityRequests(manifest),
    services: Object.values(contracts).map(serviceFacts),
    udfs: (manifest.provides?.udfs ?? []).map(({ id }) => id),
    events: (manifest.provides?.events ?? []).map(({ type }) => type),
    screenshots: (manifest.listing?.screenshots ?? []).flatMap(({ file, alt }) => {
      const picture = pictures.get(file)
      if (picture === undefined) return []
      return [{ url: fileUrl(filesUrl, file), alt, mediaType: picture.mediaType }]
    }),
    docs: pathsOf(files, 'doc'),
    terms: termsFacts(manifest),
  }
}

/** What whoever installs it agrees to; the texts are read by their paths. */
function termsFacts({ terms }: Manifest) {
  if (terms === undefined) return null
  return { texts: terms.file, price: terms.price ?? null, plans: terms.plans ?? [] }
}

function serviceFacts({
  id,
  major,
  title,
  description,
  operations,
}: VersionRow['contracts'][string]) {
  return {
    id,
    major,
    title,
    description: description ?? null,
    operations: Object.entries(operations).map(([name, { summary }]) => ({
      name,
      summary: summary ?? null,
    })),
  }
}

export function pathsOf(files: readonly StoredFile[], kind: KeptKind): readonly string[] {
  return files.filter((file) => file.kind === kind).map(({ path }) => path)
}

/** The one in the reader's language (CHANGELOG.zh-CN.md), or the one in none. */
export function textFile(
  files: readonly StoredFile[],
  kind: KeptKind,
  language: string,
): StoredFile | undefined {
  const all = files.filter((file) => file.kind === kind)
  const own = all.find(({ path }) => path.toLowerCase().includes(`.${language.toLowerCase()}.`))
  return own ?? all.find(({ path }) => !/\.[a-z]{2}(-[a-z]{2})?\./i.test(path)) ?? all[0]
}

function linksOf(packageJson: VersionRow['packageJson']): Record<string, string> {
  const { homepage, repository, bugs } = packageJson
  const named = { homepage, repository: addressIn(repository), bugs: addressIn(bugs) }
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => {
      const url = webAddress(value)
      return url === undefined ? [] : [[name, url]]
    }),
  )
}

function addressIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { url?: unknown }).url : value
}

/** As npm writes repositories: git+https://…/x.git. Nothing but http(s) is a link, and nobody's login stands in one. */
function webAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 500) return undefined
  const url = URL.parse(value.replace(/^git\+(?=https?:)/, ''))
  if (url === null || !['https:', 'http:'].includes(url.protocol)) return undefined
  return url.username === '' && url.password === '' ? url.href : undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 2000) : null
}
