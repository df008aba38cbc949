import semver from 'semver'
import { marketplaceErrors } from '../errors.ts'
import { isStorable } from '../publish/storable-json.ts'

/** Characters of a deprecation: every install prints it. */
const MAX_MESSAGE = 1024

/** How long a version may be taken back by its publisher: npm's own span. */
const UNPUBLISH_WINDOW_MS = 72 * 60 * 60 * 1000

export interface Deprecation {
  readonly version: string
  /** Null: it is taken back. */
  readonly message: string | null
}

type Fields = Readonly<Record<string, unknown>>

/**
 * npm changes a package by sending its whole packument as it was read, with the change in it. Only what differs in the
 * one field in question is a change; whatever else differs is not the client's to say.
 * @throws `MKT_INPUT_INVALID`
 */
export function deprecationsIn(
  body: Fields,
  shown: readonly { readonly version: string; readonly deprecation: string | null }[],
): readonly Deprecation[] {
  const versions = objectAt(body['versions'], '/versions')
  return shown.flatMap(({ version, deprecation }) => {
    if (!Object.hasOwn(versions, version)) return []
    const given = objectAt(versions[version], `/versions/${version}`)['deprecated']
    const message = messageOf(given, `/versions/${version}/deprecated`)
    return message === deprecation ? [] : [{ version, message }]
  })
}

/** The versions that are no longer in the packument that npm sends back. @throws `MKT_INPUT_INVALID` */
export function removedFrom(
  body: Fields,
  shown: readonly { readonly version: string }[],
): readonly string[] {
  const versions = objectAt(body['versions'], '/versions')
  return shown.map(({ version }) => version).filter((version) => !Object.hasOwn(versions, version))
}

/** The names of `maintainers`. @throws `MKT_INPUT_INVALID` */
export function maintainersIn(body: Fields): readonly string[] {
  const given = body['maintainers']
  if (!Array.isArray(given) || given.length === 0) {
    throw invalid('/maintainers', 'must be a list of at least one')
  }
  return given.map((entry, index) => {
    const pointer = `/maintainers/${index}`
    const { name } = objectAt(entry, pointer)
    if (typeof name !== 'string') throw invalid(`${pointer}/name`, 'must be a string')
    return name
  })
}

/**
 * What others may build on stays: a version is its publisher's to take back only while it is young and nobody has it.
 * @returns why not, or undefined
 */
export function refusalToUnpublish(
  { publishedAt, isInstalled }: { readonly publishedAt: Date; readonly isInstalled: boolean },
  now: number,
): string | undefined {
  if (isInstalled) return 'it is installed'
  return now - publishedAt.getTime() > UNPUBLISH_WINDOW_MS
    ? 'it was published more than 72 hours ago'
    : undefined
}

/** What `latest` falls back to: the highest release, or the highest prerelease where there is no other. */
export function nextLatest(versions: readonly string[]): string | undefined {
  const sorted = versions.toSorted(semver.rcompare)
  return sorted.find((version) => semver.prerelease(version) === null) ?? sorted[0]
}

function messageOf(given: unknown, pointer: string): string | null {
  // Without a value, or with an empty one, it is taken back.
  if (given === undefined || given === null || given === '' || given === false) return null
  if (typeof given !== 'string' || given.length > MAX_MESSAGE || !isStorable(given)) {
    throw invalid(pointer, `must be a text of at most ${MAX_MESSAGE} characters`)
  }
  return given
}

function objectAt(value: unknown, pointer: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(pointer, 'must be an object')
  }
  return value as Fields
}

function invalid(pointer: string, detail: string): Error {
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults: [{ pointer, detail }] })
}
