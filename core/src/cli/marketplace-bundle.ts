import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import {
  bundleLimits,
  integrityOf,
  type OfflineBundle,
  verifyBundle,
  writeBundle,
} from '@signalbox/sdk/trust/offline-bundle'
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
    const read = await client.request<Packument>('GET', `/npm/${pathOf(name)}`)
    packuments.set(name, read)
    return read
  }
  const chosen = await withRequired(packument, wanted.map(specOf))
  const { keys } = await client.request<Pick<OfflineBundle, 'keys'>>(
    'GET',
    '/npm/-/signalbox/v1/keys',
  )
  const advisories = await client.requestText('GET', '/npm/-/signalbox/v1/advisories')
  const names = [...new Set(chosen.map(({ name }) => name))]
  const indexes: string[] = []
  for (const name of names) {
    indexes.push(await client.requestText('GET', `/npm/-/signalbox/v1/index/${pathOf(name)}`))
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

async function versionOf(client: Client, { name, version }: Chosen) {
  const path = `/npm/-/signalbox/v1/releases/${pathOf(name)}/${encodeURIComponent(version)}`
  const released = await client.request<Released>('GET', path)
  const base = name.slice(name.indexOf('/') + 1)
  const stream = await client.stream(`/npm/${name}/-/${base}-${version}.tgz`)
  const tarball = Buffer.from(await new Response(stream).arrayBuffer())
  return { tarball, integrity: integrityOf(tarball), ...released }
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

function pathOf(name: string): string {
  return name.replace('/', '%2f')
}
