import type { CodedError, Localized } from '@signalbox/sdk/errors'
import type { IndexedVersion, PackageIndex } from '@signalbox/sdk/trust/package-index'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import type { Knex } from 'knex'
import { commitChange, recordChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { keyRevokedRefusal } from '../registry/withdrawn/withdrawal-refusal.ts'
import type { FederationService } from './federation-service.ts'
import {
  listKeys,
  lockMarketplace,
  type Marketplace,
  putKeys,
  setState,
} from './federation-store.ts'
import { nextMarketplaceState } from './marketplace-states.ts'
import { type Keys, offeredKeys, pinnedIds, pinnedKeys, readIndex } from './marketplace-words.ts'
import type { MirroredVersion, MirrorStore } from './mirror-store.ts'
import { isAllowed, scopeOf } from './scope-of.ts'
import { marketplaceOfScope } from './scope-store.ts'
import {
  findKnown,
  type KnownPackage,
  listRefusals,
  lockKnown,
  putKnown,
} from './told-version-store.ts'
import {
  datedVersions,
  indexFault,
  newlyRevoked,
  type Offer,
  offerOf,
  takeableAt,
} from './told-versions.ts'
import type { Upstream, UpstreamClient } from './upstream-client.ts'
import type { Standing } from './wanted-version.ts'

interface Ports {
  readonly knex: Knex
  readonly federation: Pick<FederationService, 'require' | 'upstream'>
  readonly client: UpstreamClient
  readonly store: MirrorStore
  readonly now: () => number
}

const host: Caller = { actor: 'host', traceId: null }

/**
 * Takes versions from other marketplaces. Which one is asked is the scope's binding alone; what it says is believed by
 * keys that the operator confirmed, and never less than it said before.
 */
export class MirrorService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns the marketplace that the name comes from; undefined: the host's own */
  async sourceOf(name: string): Promise<Marketplace | undefined> {
    const scope = scopeOf(name)
    const bound =
      scope === undefined ? undefined : await marketplaceOfScope(this.#ports.knex, scope)
    return bound === undefined ? undefined : this.#ports.federation.require(bound)
  }

  /**
   * What may be installed anew of a package. Where its marketplace is away, that is what was heard of it before.
   * @param withdrawn versions that were yanked or blocked here, whatever they say there
   * @returns undefined: there is no such package
   * @throws what was not believed; nothing of it was kept
   */
  async offer(
    marketplace: Marketplace,
    name: string,
    withdrawn: ReadonlySet<string>,
  ): Promise<Offer | undefined> {
    requireAllowed(marketplace, name)
    const known = await this.#heard(marketplace, name)
    if (known === undefined) return undefined
    const { minimumAgeHours } = marketplace
    const left = new Map([...known.versions].filter(([version]) => !withdrawn.has(version)))
    return offerOf(left, known.distTags, { minimumAgeHours, now: this.#ports.now() })
  }

  /** What was last heard of a version, without asking. */
  async heardOf(
    { name: marketplace }: Marketplace,
    name: string,
    version: string,
  ): Promise<IndexedVersion | undefined> {
    return (await findKnown(this.#ports.knex, marketplace, name))?.versions.get(version)
  }

  /** What is known of a package and what of it is here, without asking. @returns undefined: nothing was heard of it */
  async standing(marketplace: Marketplace, name: string): Promise<Standing | undefined> {
    const { knex, store, now } = this.#ports
    const known = await findKnown(knex, marketplace.name, name)
    if (known === undefined) return undefined
    const here = await store.mirroredVersions(name)
    const refusals = await listRefusals(knex, marketplace.name, name)
    return { marketplace, name, known, here, refusals, now: now() }
  }

  /**
   * Brings a version here, unless it is here. @returns false: there is no such version
   * @throws CORE_PACKAGE_NOT_ALLOWED, CORE_VERSION_TOO_YOUNG, CORE_VERSION_WITHDRAWN, CORE_AUTHOR_KEY_REVOKED, CORE_VERSION_OF_ANOTHER, CORE_SIGNATURE_INVALID, and what asking throws
   */
  async take(
    caller: Caller,
    marketplace: Marketplace,
    name: string,
    version: string,
  ): Promise<boolean> {
    requireAllowed(marketplace, name)
    if (await this.#isHere(marketplace, name, version)) return true
    const upstream = await this.#requireUpstream(marketplace)
    const known = await this.refresh(marketplace, name)
    const told = known.versions.get(version)
    if (told === undefined) return false
    this.requireTakeable(marketplace, { name, version }, told)
    const { client } = this.#ports
    const { signature, release, provenance } = await client.release(upstream, name, version)
    const tarball = await client.tarball(upstream, name, version)
    const given = { name, version, tarball, signature, release, provenance }
    try {
      await this.keep(caller, marketplace, given, await this.keysOf(marketplace))
    } catch (error) {
      // Somebody else brought it meanwhile.
      const isThere = (error as CodedError).code === 'MKT_VERSION_EXISTS'
      if (!isThere || !(await this.#isHere(marketplace, name, version))) throw error
    }
    return true
  }

  /**
   * As `take`, of a marketplace that was named: the name has to come from it.
   * @throws CORE_SCOPE_UNBOUND, CORE_SCOPE_BOUND, CORE_PACKAGE_MISSING
   */
  async takeFrom(
    caller: Caller,
    marketplace: Marketplace,
    plugin: string,
    version: string,
  ): Promise<void> {
    const scope = scopeOf(plugin) ?? plugin
    const bound = await this.sourceOf(plugin)
    if (bound === undefined) throw coreErrors.create('SCOPE_UNBOUND', { plugin, scope })
    if (bound.name !== marketplace.name) {
      throw coreErrors.create('SCOPE_BOUND', { scope, marketplace: bound.name })
    }
    if (await this.take(caller, marketplace, plugin, version)) return
    throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
  }

  /** Verified against the marketplace's keys and what it said before, and then as a publish is. */
  async keep(
    { actor, traceId }: Caller,
    marketplace: Marketplace,
    given: Omit<MirroredVersion, 'marketplace' | 'said'>,
    keys: Keys,
  ): Promise<void> {
    const { name, version, tarball, signature, release } = given
    const integrity = integrityOf(tarball)
    const told = await this.heardOf(marketplace, name, version)
    const refuse = (reason: Localized) =>
      coreErrors.create('SIGNATURE_INVALID', { plugin: name, version, reason })
    if (told?.integrity !== integrity) throw refuse(otherBytes)
    const find = (keyid: string) => keys.get(keyid)
    const verdict = verifyVersion({ name, version, integrity }, { signature, release }, find)
    if (!verdict.ok) throw refuse(verdict.reason)
    if (verdict.release.marketplace !== marketplace.fingerprint) throw refuse(otherMarketplace)
    const mirrored = { ...given, marketplace: marketplace.name, said: verdict.release }
    const by = { actor, traceId: traceId ?? '' }
    const { isStaged } = await this.#ports.store.take(mirrored, by)
    if (isStaged) throw waitsForReview(marketplace, name, version)
  }

  /** Asks what the marketplace says of a package, keeps it, and does what follows of it here. */
  async refresh(marketplace: Marketplace, name: string): Promise<KnownPackage> {
    const upstream = await this.#requireUpstream(marketplace)
    const keys = await this.keysOf(marketplace)
    const text = await this.#ports.client.index(upstream, name)
    return this.hear(marketplace, readIndex(marketplace.name, name, text, keys), 'now')
  }

  /**
   * @param when `file`: it may be as old as it is; older than what was heard before, it is no news
   * @throws CORE_PACKAGE_INDEX_REFUSED, CORE_MARKETPLACE_OF_ANOTHER
   */
  async hear(
    { name: marketplace, fingerprint }: Marketplace,
    told: PackageIndex,
    when: 'now' | 'file',
  ): Promise<KnownPackage> {
    const { knex, now, store } = this.#ports
    if (told.marketplace !== fingerprint) {
      const parameters = { expected: fingerprint ?? '', found: told.marketplace }
      throw coreErrors.create('MARKETPLACE_OF_ANOTHER', parameters)
    }
    const { name, distTags } = told
    const known = await knex.transaction(async (trx) => {
      const before = await lockKnown(trx, marketplace, name)
      // Its versions are judged by what was heard since.
      if (when === 'file' && before !== undefined && told.at < before.toldAt) return before
      const reason = indexFault(before, told, when === 'now' ? now() : null)
      if (reason !== undefined) throw indexRefused(marketplace, name, reason)
      const versions = datedVersions(before, told)
      const after = { toldAt: told.at, lookedAt: now(), distTags, versions }
      await putKnown(trx, marketplace, name, after)
      const revoked = newlyRevoked(before, versions)
      if (revoked.length > 0) {
        const change = { ...host, action: 'marketplace.author-key-revoked', subject: name }
        const detail = { marketplace, versions: revoked }
        await recordChange(trx, { ...change, tenant: null, detail }, null)
      }
      return after
    })
    await store.follow({ marketplace, name, versions: known.versions }, '')
    return known
  }

  /**
   * Follows from keys that are believed to those that came after them.
   * @throws CORE_MARKETPLACE_KEY_CHANGED: none follows; nothing is taken any more before the operator has looked
   */
  async followKeys(marketplace: Marketplace, upstream: Upstream): Promise<void> {
    const { knex, client, now } = this.#ports
    const { name } = marketplace
    const before = await listKeys(knex, name)
    const { keys, trusted } = offeredKeys(pinnedIds(before), await client.keys(upstream))
    const detail = { offered: keys.map(({ keyid }) => keyid) }
    if (trusted.size === 0) {
      await this.#change('marketplace.key-changed', name, detail, async (trx) => {
        const locked = await lockMarketplace(trx, name)
        const next = locked && nextMarketplaceState(locked.state, 'change_key')
        if (next !== undefined) await setState(trx, name, next)
        await putKeys(trx, name, keys, new Date(now()))
      })
      throw coreErrors.create('MARKETPLACE_KEY_CHANGED', { marketplace: name })
    }
    const known = pinnedKeys(before)
    if ([...trusted.keys()].every((keyid) => known.has(keyid))) return
    await this.#change('marketplace.key-followed', name, detail, (trx) =>
      putKeys(trx, name, keys, new Date(now())),
    )
  }

  /** Keys that the marketplace's words are believed by. */
  async keysOf({ name }: Pick<Marketplace, 'name'>): Promise<Keys> {
    return pinnedKeys(await listKeys(this.#ports.knex, name))
  }

  /** @throws CORE_VERSION_WITHDRAWN, CORE_AUTHOR_KEY_REVOKED, CORE_VERSION_TOO_YOUNG */
  requireTakeable(
    { name: marketplace, minimumAgeHours: hours }: Marketplace,
    { name: plugin, version }: { readonly name: string; readonly version: string },
    told: IndexedVersion,
  ): void {
    const { state, reason } = told
    if (state !== 'published' && state !== 'deprecated') {
      throw coreErrors.create('VERSION_WITHDRAWN', { plugin, version, state, reason: reason ?? '' })
    }
    if (told.keyRevokedAt !== undefined) {
      throw keyRevokedRefusal(plugin, version, new Date(told.keyRevokedAt))
    }
    const from = takeableAt(told, hours)
    if (from <= this.#ports.now()) return
    const at = new Date(from).toISOString()
    throw coreErrors.create('VERSION_TOO_YOUNG', { plugin, version, hours, marketplace, at })
  }

  /** What is known of a package, as new as it can be had. */
  async #heard(marketplace: Marketplace, name: string): Promise<KnownPackage | undefined> {
    const known = await findKnown(this.#ports.knex, marketplace.name, name)
    if (marketplace.url === null || marketplace.state === 'paused') return known
    try {
      return await this.refresh(marketplace, name)
    } catch (error) {
      const { code } = error as CodedError
      if (code === 'CORE_MARKETPLACE_UNREACHABLE' && known !== undefined) return known
      throw error
    }
  }

  /** @throws CORE_VERSION_OF_ANOTHER, CORE_VERSION_WAITS_FOR_REVIEW, CORE_VERSION_WITHDRAWN: rejected here */
  async #isHere(marketplace: Marketplace, name: string, version: string): Promise<boolean> {
    const there = await this.#ports.store.find(name, version)
    if (there === undefined) return false
    if (there.from !== marketplace.name) {
      const parameters = { plugin: name, version, marketplace: there.from ?? 'this host' }
      throw coreErrors.create('VERSION_OF_ANOTHER', parameters)
    }
    const { standing } = there
    if (standing === 'undecided') throw waitsForReview(marketplace, name, version)
    if (standing === 'rejected') {
      const parameters = { plugin: name, version, state: standing, reason: 'signalbox review list' }
      throw coreErrors.create('VERSION_WITHDRAWN', parameters)
    }
    return true
  }

  async #requireUpstream(marketplace: Marketplace): Promise<Upstream> {
    const { name, state } = marketplace
    if (state === 'key_changed') {
      throw coreErrors.create('MARKETPLACE_KEY_CHANGED', { marketplace: name })
    }
    const upstream = await this.#ports.federation.upstream(marketplace)
    if (state === 'active' && upstream !== undefined) return upstream
    const shown = upstream === undefined ? 'reached by files alone' : state
    const parameters = { marketplace: name, state: shown, command: 'mirror' }
    throw coreErrors.create('MARKETPLACE_STATE', parameters)
  }

  #change(
    action: string,
    subject: string,
    detail: Readonly<Record<string, unknown>>,
    work: (trx: Knex.Transaction) => Promise<void>,
  ): Promise<void> {
    const change = { ...host, action, subject, tenant: null, detail }
    return commitChange(this.#ports.knex, change, work)
  }
}

const otherBytes: Localized = {
  en: 'its bytes are not those that the marketplace has told of',
  'zh-CN': '其内容与应用市场所声明的不符',
}
const otherMarketplace: Localized = {
  en: 'it was released by another marketplace',
  'zh-CN': '它由其他应用市场发布',
}

/** @throws CORE_PACKAGE_NOT_ALLOWED */
function requireAllowed({ name: marketplace, allow }: Marketplace, plugin: string): void {
  if (isAllowed(allow, plugin)) return
  throw coreErrors.create('PACKAGE_NOT_ALLOWED', { plugin, marketplace })
}

function indexRefused(marketplace: string, plugin: string, reason: Localized) {
  return coreErrors.create('PACKAGE_INDEX_REFUSED', { marketplace, plugin, reason })
}

function waitsForReview({ name: marketplace }: Marketplace, plugin: string, version: string) {
  return coreErrors.create('VERSION_WAITS_FOR_REVIEW', { plugin, version, marketplace })
}
