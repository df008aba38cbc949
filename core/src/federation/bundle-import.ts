import { bundleLimits, readBundle, verifyBundle } from '@signalbox/sdk/trust/offline-bundle'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { FederationService } from './federation-service.ts'
import {
  listKeys,
  lockMarketplace,
  type Marketplace,
  putKeys,
  setFingerprint,
  setToldAt,
} from './federation-store.ts'
import { offeredKeys, pinnedIds } from './marketplace-words.ts'
import type { MirrorService } from './mirror-service.ts'
import type { MirrorStore } from './mirror-store.ts'
import { isAllowed, scopeOf } from './scope-of.ts'
import { scopesOf } from './scope-store.ts'

interface Ports {
  readonly knex: Knex
  readonly federation: Pick<FederationService, 'require'>
  readonly mirrors: Pick<MirrorService, 'hear' | 'keep' | 'heardOf' | 'requireTakeable'>
  readonly store: Pick<MirrorStore, 'find' | 'putAdvisories' | 'ownFingerprint'>
  readonly now: () => number
}

export interface Imported {
  /** `name@version`, in the order in which they may be installed. */
  readonly taken: readonly string[]
  /** They were here before. */
  readonly known: readonly string[]
}

export const MAX_BUNDLE_BYTES = bundleLimits.bytes

/** Takes what a file holds, as if its marketplace had been asked: by the same keys, scopes, lists and ages. */
export class BundleImport {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_BUNDLE_REFUSED, CORE_SCOPE_UNBOUND, CORE_PACKAGE_NOT_ALLOWED, and what taking a version throws */
  async import(caller: Caller, name: string, bytes: Buffer): Promise<Imported> {
    const { knex, federation, mirrors, store, now } = this.#ports
    const before = await federation.require(name)
    if (before.state !== 'active') {
      const parameters = { marketplace: name, state: before.state, command: 'import' }
      throw coreErrors.create('MARKETPLACE_STATE', parameters)
    }
    const read = readBundle(bytes)
    if (!read.ok) throw coreErrors.create('BUNDLE_REFUSED', { reason: read.reason })
    const pinned = pinnedIds(await listKeys(knex, name))
    const { keys } = offeredKeys(pinned, read.bundle.keys)
    const verdict = verifyBundle(read.bundle, pinned)
    if (!verdict.ok) throw coreErrors.create('BUNDLE_REFUSED', { reason: verdict.reason })
    const { verified } = verdict
    const marketplace = { ...before, fingerprint: await this.#met(before, verified.marketplace) }
    const scopes = (await scopesOf(knex, [name])).get(name) ?? []
    for (const { name: plugin } of verified.versions) requireOurs(marketplace, scopes, plugin)
    const change = { ...caller, action: 'marketplace.bundle-taken', subject: name, tenant: null }
    const listed = verified.versions.map((one) => `${one.name}@${one.version}`)
    await commitChange(knex, { ...change, detail: { versions: listed } }, async (trx) => {
      await lockMarketplace(trx, name)
      await putKeys(
        trx,
        name,
        keys.filter(({ isPinned }) => isPinned),
        new Date(now()),
      )
      const at = new Date(verified.advisories.at)
      // An older file may bring versions still; what it warns of is not news.
      return setToldAt(trx, name, at)
    }).then((isNews) =>
      isNews ? store.putAdvisories(name, scopes, verified.advisories.advisories) : undefined,
    )
    for (const index of verified.indexes) await mirrors.hear(marketplace, index, 'file')
    const taken: string[] = []
    const known: string[] = []
    for (const one of verified.versions) {
      const { name: plugin, version } = one
      const spec = `${plugin}@${version}`
      const there = await store.find(plugin, version)
      if (there?.from === name) {
        known.push(spec)
        continue
      }
      if (there !== undefined) {
        const parameters = { plugin, version, marketplace: there.from ?? 'this host' }
        throw coreErrors.create('VERSION_OF_ANOTHER', parameters)
      }
      const told = await mirrors.heardOf(marketplace, plugin, version)
      if (told !== undefined) mirrors.requireTakeable(marketplace, one, told)
      await mirrors.keep(caller, marketplace, one, verified.keys)
      taken.push(spec)
    }
    return { taken, known }
  }

  /** The first file of a marketplace that is reached by files alone says what it is called by. */
  async #met({ name, fingerprint }: Marketplace, found: string): Promise<string> {
    const { knex, store } = this.#ports
    if (fingerprint === found) return found
    const isFree = fingerprint === null && (await store.ownFingerprint()) !== found
    const isOurs = isFree && (await knex.transaction((trx) => setFingerprint(trx, name, found)))
    if (isOurs) return found
    const parameters = { expected: fingerprint ?? 'a new one', found }
    throw coreErrors.create('MARKETPLACE_OF_ANOTHER', parameters)
  }
}

function requireOurs(
  { name: marketplace, allow }: Marketplace,
  scopes: readonly string[],
  plugin: string,
): void {
  const scope = scopeOf(plugin)
  if (scope === undefined || !scopes.includes(scope)) {
    throw coreErrors.create('SCOPE_UNBOUND', { plugin, scope: scope ?? plugin })
  }
  if (!isAllowed(allow, plugin)) {
    throw coreErrors.create('PACKAGE_NOT_ALLOWED', { plugin, marketplace })
  }
}
