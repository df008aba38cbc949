import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import type { AllowedPlace } from '../broker/http/operator-list.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { Sealed, Sealer } from '../sealing/sealer.ts'
import {
  countMarketplaces,
  findByFingerprint,
  findMarketplace,
  insertMarketplace,
  lockMarketplace,
  type Marketplace,
  pinKeys,
  putKeys,
  setConfirmed,
  setState,
  setTerms,
} from './federation-store.ts'
import { type MarketplaceCommand, nextMarketplaceState } from './marketplace-states.ts'
import { marketplaceUrl } from './marketplace-url.ts'
import { offeredKeys, readAdvisories } from './marketplace-words.ts'
import type { MirrorStore } from './mirror-store.ts'
import { deleteBinding, insertBinding, putAcceptedMarketplace, scopesOf } from './scope-store.ts'
import type { Upstream, UpstreamClient } from './upstream-client.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Pick<Sealer, 'seal' | 'open'>
  readonly client: UpstreamClient
  readonly store: Pick<MirrorStore, 'holdScope' | 'isOwnScope' | 'ownFingerprint'>
  /** What the operator named beside the public network. */
  readonly places: readonly AllowedPlace[]
  readonly now: () => number
}

/** Marketplaces of one host: each is looked at every some minutes, whatever it says. */
const MAX_MARKETPLACES = 50
/** What one marketplace may be trusted with: a list that a person can read. */
const MAX_SCOPES = 200

export interface TermsWish {
  /** Null: it is reached by files alone. */
  readonly url?: string | null
  readonly allow?: readonly string[]
  readonly minimumAgeHours?: number
  /** Null: none any more. */
  readonly token?: string | null
}

/** Which marketplaces this host believes, and for which scopes. All of it is the operator's to say. */
export class FederationService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Learns whose the address is, and by which keys it signs; nothing is taken before these were compared and confirmed.
   * @throws CORE_MARKETPLACE_URL_REFUSED, CORE_MARKETPLACE_EXISTS, CORE_MARKETPLACE_OF_ANOTHER, CORE_MARKETPLACE_LIMIT, and what asking throws
   */
  async add(caller: Caller, name: string, wish: TermsWish): Promise<void> {
    const { places, client, now } = this.#ports
    const { allow = [], minimumAgeHours = 0, token = null } = wish
    const url = typeof wish.url === 'string' ? marketplaceUrl(wish.url, places) : null
    await this.#requireNew(name)
    const terms = { url, allow, minimumAgeHours, token: await this.#sealed(name, token) }
    const met =
      url === null ? undefined : await meet(client, { name, url, token: token ?? undefined })
    if (met !== undefined) await this.#requireFree(name, met.fingerprint)
    const at = new Date(now())
    const detail = { url, allow, minimumAgeHours, fingerprint: met?.fingerprint ?? null }
    await this.#change(caller, 'marketplace.added', name, detail, async (trx) => {
      if ((await countMarketplaces(trx)) >= MAX_MARKETPLACES) throw full(MAX_MARKETPLACES)
      const known = await lockMarketplace(trx, name)
      if (known === undefined) {
        const row = { ...terms, name, fingerprint: met?.fingerprint ?? null }
        const isNew = await insertMarketplace(trx, { ...row, addedBy: caller.actor, addedAt: at })
        if (!isNew) throw coreErrors.create('MARKETPLACE_EXISTS', { marketplace: name })
      } else {
        await setTerms(trx, name, terms)
        await setState(trx, name, move(known, 'add'))
      }
      await putKeys(trx, name, met?.offered ?? [], at)
    })
  }

  /**
   * The operator has compared these fingerprints. They are believed from now on with what follows from them, and no key
   * that was believed before.
   * @throws CORE_MARKETPLACE_KEYS_DIFFER, CORE_MARKETPLACE_STATE
   */
  async confirm(caller: Caller, name: string, fingerprints: readonly string[]): Promise<void> {
    const { client, now } = this.#ports
    const at = new Date(now())
    const marketplace = await this.require(name)
    const upstream = await this.upstream(marketplace)
    const offered = upstream === undefined ? undefined : await client.keys(upstream)
    const found =
      offered === undefined
        ? fingerprints.map((keyid) => ({ keyid, publicKey: null, isPinned: true }))
        : offeredKeys(new Set(fingerprints), offered).keys
    const believed = found.filter(({ isPinned }) => isPinned).map(({ keyid }) => keyid)
    if (fingerprints.some((one) => !believed.includes(one))) {
      throw coreErrors.create('MARKETPLACE_KEYS_DIFFER', {
        marketplace: name,
        fingerprints: fingerprints.join(', '),
        offered: found.map(({ keyid }) => keyid).join(', '),
      })
    }
    await this.#change(caller, 'marketplace.confirmed', name, { believed }, async (trx) => {
      const locked = await this.#lock(trx, name)
      move(locked, 'confirm')
      await putKeys(trx, name, found, at)
      await pinKeys(trx, name, believed)
      await setConfirmed(trx, name, caller.actor, at)
    })
  }

  /** @throws CORE_MARKETPLACE_URL_REFUSED, CORE_MARKETPLACE_OF_ANOTHER */
  async change(caller: Caller, name: string, wish: TermsWish): Promise<void> {
    const { places, client } = this.#ports
    const before = await this.require(name)
    const { token, allow, minimumAgeHours } = wish
    const url = typeof wish.url === 'string' ? marketplaceUrl(wish.url, places) : wish.url
    if (typeof url === 'string' && url !== before.url) {
      // A new address of the same marketplace; the same words from another are not.
      const secret = token ?? (await this.upstream({ ...before, url }))?.token
      const met = await meet(client, { name, url, token: secret })
      requireSame(before.fingerprint, met.fingerprint)
    }
    const sealed = token === undefined ? undefined : await this.#sealed(name, token)
    const terms = {
      ...(url === undefined ? {} : { url }),
      ...(allow === undefined ? {} : { allow }),
      ...(minimumAgeHours === undefined ? {} : { minimumAgeHours }),
      ...(sealed === undefined ? {} : { token: sealed }),
    }
    const { token: _, ...told } = terms
    const detail = { ...told, ...(sealed === undefined ? {} : { hasToken: sealed !== null }) }
    await this.#change(caller, 'marketplace.changed', name, detail, async (trx) => {
      await this.#lock(trx, name)
      await setTerms(trx, name, terms)
    })
  }

  /** @throws CORE_MARKETPLACE_STATE */
  async command(caller: Caller, name: string, command: 'pause' | 'resume'): Promise<void> {
    const action = command === 'pause' ? 'marketplace.paused' : 'marketplace.resumed'
    await this.#change(caller, action, name, {}, async (trx) => {
      await setState(trx, name, move(await this.#lock(trx, name), command))
    })
  }

  /** What came from it stays, where it is installed too. @throws CORE_MARKETPLACE_IN_USE */
  async remove(caller: Caller, name: string): Promise<void> {
    await this.#change(caller, 'marketplace.removed', name, {}, async (trx) => {
      const locked = await this.#lock(trx, name)
      const scopes = (await scopesOf(trx, [name])).get(name) ?? []
      if (scopes.length > 0) {
        const parameters = { marketplace: name, scopes: scopes.join(', ') }
        throw coreErrors.create('MARKETPLACE_IN_USE', parameters)
      }
      await setState(trx, name, move(locked, 'remove'))
      await setTerms(trx, name, { token: null })
    })
  }

  /** Harmless to repeat. @throws CORE_SCOPE_BOUND, CORE_SCOPE_OWN, CORE_MARKETPLACE_MISSING */
  async bind(caller: Caller, name: string, scope: string): Promise<void> {
    const { store, now } = this.#ports
    const detail = { scope }
    await this.#change(caller, 'marketplace.scope-bound', name, detail, async (trx) => {
      await this.#lock(trx, name)
      await store.holdScope(trx, scope)
      if (await store.isOwnScope(trx, scope)) throw coreErrors.create('SCOPE_OWN', { scope })
      if (((await scopesOf(trx, [name])).get(name)?.length ?? 0) >= MAX_SCOPES) {
        throw full(MAX_SCOPES)
      }
      const binding = { scope, marketplace: name, boundBy: caller.actor, boundAt: new Date(now()) }
      const marketplace = await insertBinding(trx, binding)
      if (marketplace !== name) throw coreErrors.create('SCOPE_BOUND', { scope, marketplace })
    })
  }

  /** @throws CORE_SCOPE_BINDING_MISSING */
  async unbind(caller: Caller, name: string, scope: string): Promise<void> {
    const { store } = this.#ports
    await this.#change(caller, 'marketplace.scope-unbound', name, { scope }, async (trx) => {
      await this.#lock(trx, name)
      await store.holdScope(trx, scope)
      if (await deleteBinding(trx, scope, name)) return
      throw coreErrors.create('SCOPE_BINDING_MISSING', { scope, marketplace: name })
    })
  }

  /** The operator knows that who has the name there is who had it before. */
  async accept(caller: Caller, plugin: string, fingerprint: string): Promise<void> {
    const at = new Date(this.#ports.now())
    const detail = { fingerprint }
    await this.#change(caller, 'plugin.marketplace-accepted', plugin, detail, (trx) =>
      putAcceptedMarketplace(trx, { plugin, fingerprint, by: caller.actor, at }),
    )
  }

  /** @throws CORE_MARKETPLACE_MISSING, also of one that was removed */
  async require(name: string): Promise<Marketplace> {
    return present(name, await findMarketplace(this.#ports.knex, name))
  }

  /** @returns undefined: it is reached by files alone */
  async upstream({ name, url, token }: Marketplace): Promise<Upstream | undefined> {
    if (url === null) return undefined
    if (token === null) return { name, url, token: undefined }
    const opened = await this.#ports.sealer.open('', token, boundTo(name))
    return { name, url, token: opened.toString('utf8') }
  }

  async #sealed(name: string, token: string | null): Promise<Sealed | null> {
    if (token === null) return null
    return this.#ports.sealer.seal('', Buffer.from(token), boundTo(name))
  }

  async #requireNew(name: string): Promise<void> {
    const known = await findMarketplace(this.#ports.knex, name)
    if (known === undefined || known.state === 'removed') return
    throw coreErrors.create('MARKETPLACE_EXISTS', { marketplace: name })
  }

  /** One marketplace has one name here, also after it was removed; and this host is none of the others. */
  async #requireFree(name: string, fingerprint: string): Promise<void> {
    const { knex, store } = this.#ports
    const holder = await findByFingerprint(knex, fingerprint)
    if (holder !== undefined && holder.name !== name) {
      const parameters = { expected: 'a new one', found: `${holder.name} (${fingerprint})` }
      throw coreErrors.create('MARKETPLACE_OF_ANOTHER', parameters)
    }
    if ((await store.ownFingerprint()) === fingerprint) {
      const parameters = { expected: 'another one', found: `this host's own (${fingerprint})` }
      throw coreErrors.create('MARKETPLACE_OF_ANOTHER', parameters)
    }
    requireSame((await findMarketplace(knex, name))?.fingerprint ?? null, fingerprint)
  }

  async #lock(trx: Knex.Transaction, name: string): Promise<Marketplace> {
    return present(name, await lockMarketplace(trx, name))
  }

  #change(
    caller: Caller,
    action: string,
    subject: string,
    detail: Readonly<Record<string, unknown>>,
    work: (trx: Knex.Transaction) => Promise<void>,
  ): Promise<void> {
    const change = { ...caller, action, subject, tenant: null, detail }
    return commitChange(this.#ports.knex, change, work)
  }
}

/** Its name for itself, by whatever keys it offers: whether these are its own, the operator says. */
async function meet(client: UpstreamClient, upstream: Upstream) {
  const given = await client.keys(upstream)
  const all = offeredKeys(new Set(), given).keys.map(({ keyid }) => keyid)
  const { trusted, keys } = offeredKeys(new Set(all), given)
  const text = await client.advisories(upstream)
  const { marketplace: fingerprint } = readAdvisories(upstream.name, text, trusted)
  return { fingerprint, offered: keys.map((key) => ({ ...key, isPinned: false })) }
}

function requireSame(expected: string | null, found: string): void {
  if (expected === null || expected === found) return
  throw coreErrors.create('MARKETPLACE_OF_ANOTHER', { expected, found })
}

function move(marketplace: Marketplace, command: MarketplaceCommand) {
  const { name, state } = marketplace
  const next = nextMarketplaceState(state, command)
  if (next !== undefined) return next
  throw coreErrors.create('MARKETPLACE_STATE', { marketplace: name, state, command })
}

function present(name: string, found: Marketplace | undefined): Marketplace {
  if (found !== undefined && found.state !== 'removed') return found
  throw coreErrors.create('MARKETPLACE_MISSING', { marketplace: name })
}

function boundTo(name: string): readonly string[] {
  return ['marketplace token', name]
}

function full(limit: number) {
  return coreErrors.create('MARKETPLACE_LIMIT', { limit })
}
