import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import {
  bundleLimits,
  type OfflineBundle,
  verifyBundle,
  writeBundle,
} from '@signalbox/sdk/trust/offline-bundle'
import { packagePath, wordPaths } from '@signalbox/sdk/trust/word-paths'
import semver from 'semver'
import { coreErrors } from '../errors.ts'
import type { HostClient } from './host-client.ts'

type Client = Pick<HostClient, 'request' | 'requestText' | 'stream'>

interface Packument {
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Readonly<
    Record<
      string,
      { readonly signalbox?: { readonly requires?: Readonly<Record<string, string>> } }
    >
  >
}

interface Chosen {
  readonly name: string
  readonly version: string
}

interface Released {
  readonly signature: { readonly keyid: string; readonly sig: string }
  readonly release: string
  readonly provenance: string | null
}

/**
 * One file of versions with all that they require, and every word that says whose they are. It is verified as its
 * reader will, by the marketplace's own keys, before it is given away.
 * @param wanted `name` or `name@version`
 */
export async function collectBundle(client: Client, wanted: readonly string[]) {
  const packuments = new Map<string, Packument>()
  const packument = async (name: string): Promise<Packument> => {
    const known = packuments.get(name)
    if (known !== undefined) return known
    const read = await client.request<Packument>('GET', `/npm/${packagePath(name)}`)
    packuments.set(name, read)
    return read
  }
  const chosen = await withRequired(packument, wanted.map(specOf))
  const keys = await registryKeys(client)
  const advisories = await client.requestText('GET', `/npm${wordPaths.advisories}`)
  const names = [...new Set(chosen.map(({ name }) => name))]
  const indexes: string[] = []
  for (const name of names) {
    indexes.push(await client.requestText('GET', `/npm${wordPaths.index(name)}`))
  }
  const versions: OfflineBundle['versions'][number][] = []
  for (const one of chosen) versions.push({ ...one, ...(await versionOf(client, one)) })
  const bundle: OfflineBundle = { keys, indexes, versions, advisories }
  const fingerprints = keys.flatMap(({ publicKey }) => {
    const key = publicKeyFrom(publicKey, 'p256')
    return key === undefined ? [] : [keyIdOf(key)]
  })
  const verdict = verifyBundle(bundle, new Set(fingerprints))
  if (!verdict.ok) throw coreErrors.create('BUNDLE_REFUSED', { reason: verdict.reason })
  const bytes = writeBundle(bundle)
  const told = chosen.map(({ name, version }) => `${name}@${version}`)
  return { bytes, versions: told, fingerprints }
}

/** The keys that the registry of a host signs by. */
async function registryKeys(client: Pick<HostClient, 'request'>): Promise<OfflineBundle['keys']> {
  const path = `/npm${wordPaths.keys}`
  return (await client.request<Pick<OfflineBundle, 'keys'>>('GET', path)).keys
}

/**
 * The keys that what a registry serves is verified by: beside its own those of the marketplaces that it mirrors. For these
 * it vouches to nobody: one of them is believed where it is pinned.
 */
export async function verifyingKeys(
  client: Pick<HostClient, 'request'>,
): Promise<OfflineBundle['keys']> {
  const own = await registryKeys(client)
  const path = '/npm/-/npm/v1/keys'
  const { keys } = await client.request<{ keys: readonly { readonly key: string }[] }>('GET', path)
  const known = new Set(own.map(({ publicKey }) => publicKey))
  const theirs = keys.filter(({ key }) => !known.has(key))
  return [...own, ...theirs.map(({ key }) => ({ publicKey: key, endorsement: null }))]
}

/** What the registry of a host says of a version. */
export function releaseOf(
  client: Pick<HostClient, 'request'>,
  { name, version }: Chosen,
): Promise<Released> {
  return client.request<Released>('GET', `/npm${wordPaths.release(name, version)}`)
}

async function versionOf(client: Client, { name, version }: Chosen) {
  const released = await releaseOf(client, { name, version })
  const base = name.slice(name.indexOf('/') + 1)
  const stream = await client.stream(`/npm/${name}/-/${base}-${version}.tgz`)
  const tarball = Buffer.from(await new Response(stream).arrayBuffer())
  return { tarball, ...released }
}

/** What a version requires comes before it. @throws CORE_PACKAGE_MISSING */
async function withRequired(
  packument: (name: string) => Promise<Packument>,
  wanted: readonly { readonly name: string; readonly range: string }[],
): Promise<readonly Chosen[]> {
  const chosen = new Map<string, Chosen>()
  const visit = async ({ name, range }: { name: string; range: string }): Promise<void> => {
    const { 'dist-tags': tags, versions } = await packument(name)
    const version = tags[range] ?? semver.maxSatisfying(Object.keys(versions), range)
    if (version === null || version === undefined) {
      throw coreErrors.create('PACKAGE_MISSING', { plugin: name, version: range })
    }
    const key = `${name}@${version}`
    if (chosen.has(key)) return
    if (chosen.size >= bundleLimits.versions) {
      throw coreErrors.create('MARKETPLACE_LIMIT', { limit: bundleLimits.versions })
    }
    // Taken up at its end, but known from here on: a circle of requirements ends.
    chosen.set(key, { name, version })
    for (const [required, of] of Object.entries(versions[version]?.signalbox?.requires ?? {})) {
      await visit({ name: required, range: of })
    }
    chosen.delete(key)
    chosen.set(key, { name, version })
  }
  for (const one of wanted) await visit(one)
  return [...chosen.values()]
}

function specOf(spec: string): { readonly name: string; readonly range: string } {
  const at = spec.lastIndexOf('@')
  return at > 0
    ? { name: spec.slice(0, at), range: spec.slice(at + 1) }
    : { name: spec, range: 'latest' }
}
