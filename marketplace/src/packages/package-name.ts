import { builtinModules } from 'node:module'
import semver from 'semver'
import { marketplaceErrors } from '../errors.ts'

/** npm's own bound; longer names break caches and file systems of clients. */
const MAX_NAME_LENGTH = 214

/**
 * One segment of a name. ASCII only, so no letter can pass for another; no leading dash, because `/-/` is
 * where the registry's own paths begin; no leading dot or underscore, as npm demands of new packages.
 */
const segment = /^[a-z0-9][a-z0-9._-]*$/

const reserved: ReadonlySet<string> = new Set([
  'node_modules',
  'favicon.ico',
  ...builtinModules.map((name) => name.replace(/^node:/, '')),
])

export interface PackageName {
  /** `@acme/quality-gate` or `quality-gate`. */
  readonly full: string
  /** `@acme`, or undefined for an unscoped name. */
  readonly scope: string | undefined
  /** The name without its scope: what tarball files are called by. */
  readonly base: string
}

/** Reads a name as npm would for a new package. @throws `MKT_PACKAGE_NAME_INVALID` with the rule broken. */
export function parsePackageName(given: string): PackageName {
  const refuse = (reason: string) =>
    marketplaceErrors.create('PACKAGE_NAME_INVALID', { name: given.slice(0, 80), reason })
  if (given.length > MAX_NAME_LENGTH) throw refuse(`longer than ${MAX_NAME_LENGTH} characters`)
  const [first = '', second, ...rest] = given.split('/')
  if (second === undefined) {
    if (!segment.test(first)) throw refuse('a character or the beginning is not allowed')
    if (reserved.has(first)) throw refuse('it is the name of a Node module or of a reserved file')
    return { full: given, scope: undefined, base: first }
  }
  if (!first.startsWith('@') || rest.length > 0) throw refuse('only @scope/name has a slash')
  if (!isScope(first)) throw refuse('a character or the beginning of the scope is not allowed')
  if (!segment.test(second)) throw refuse('a character or the beginning is not allowed')
  if (second === 'node_modules') throw refuse('it is the name of a reserved file')
  return { full: given, scope: first, base: second }
}

/** `@` and one segment. */
function isScope(given: string): boolean {
  return given.length <= 100 && given.startsWith('@') && segment.test(given.slice(1))
}

/**
 * A version is stored as it is written, so only the one canonical spelling is accepted. Build metadata is
 * refused: semver ignores it when comparing, so two such versions would be one to every client.
 */
export function parseVersion(given: string): string {
  if (semver.valid(given) === given) return given
  throw marketplaceErrors.create('VERSION_INVALID', { version: given.slice(0, 80) })
}

export function tarballFile(name: PackageName, version: string): string {
  return `${name.base}-${version}.tgz`
}

/** The version that a tarball's file name speaks of, if it is a file of this package. */
export function versionOfTarball(name: PackageName, file: string): string | undefined {
  const version = file.slice(name.base.length + 1, -'.tgz'.length)
  return semver.valid(version) === version && tarballFile(name, version) === file
    ? version
    : undefined
}
