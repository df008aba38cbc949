import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { Principal } from '../identity/principal.ts'
import { open } from '../sealing/sealing.ts'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import type { ContentStore } from '../storage/content-store.ts'
import { type Access, accessOf, type Release } from './invocation-access.ts'
import {
  deleteInvocation,
  findInvocation,
  type ListedInvocation,
  type SealedInvocation,
} from './invocation-store.ts'
import { type Recording, shownHead } from './recording.ts'
import { redactedPlacesOf } from './redacted-places.ts'
import { insertRelease, listReleases, withdrawRelease } from './release-store.ts'

/** What the marketplace knows of authors. */
export interface Publishers {
  has(publisher: string): Promise<boolean>
  holderOf(plugin: string): Promise<string | undefined>
}

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly keys: TenantKeys
  readonly publishers: Publishers
  readonly now: () => number
}

/** Who asks, in both words: the one that is judged and the one that is written down. */
export interface Reader extends Caller {
  readonly principal: Principal
}

export interface ReleaseWish {
  /** `operator`, `author` (whoever holds the plugin's scope), or `publisher:<name>`. */
  readonly to: string
  readonly hours: number
  readonly reason?: string
}

type Kept = ListedInvocation & SealedInvocation

/** Opens what was kept, for whom it may be opened, and lets a tenant's admin decide for whom else. */
export class InvocationService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * The head of a kept call, and for those who may open it, the recording.
   * @throws CORE_INVOCATION_MISSING, also where it exists and is not for the principal to know of
   */
  async read(reader: Reader, id: string) {
    const { kept, access, releases } = await this.#find(reader.principal, id)
    const head = shownHead(kept, access === 'whole' ? 'whole' : reader.principal.kind)
    if (access !== 'whole') return head
    const recording = await this.#open(kept)
    if (reader.principal.kind !== 'admin') await this.#noteRead(reader, kept)
    return {
      ...head,
      message: recording.outcome.message,
      redacted: redactedPlacesOf(recording),
      ...(['admin', 'user'].includes(reader.principal.kind) ? { releases } : {}),
      recording,
    }
  }

  /** @throws CORE_INVOCATION_MISSING, CORE_INVOCATION_NOT_RELEASED */
  async bundle(principal: Principal, id: string): Promise<Buffer> {
    const { kept, access } = await this.#find(principal, id)
    if (access !== 'whole') throw coreErrors.create('INVOCATION_NOT_RELEASED', { invocation: id })
    const bytes = await this.#ports.contents.get(kept.bundleSha256)
    if (bytes === undefined) throw coreErrors.create('INVOCATION_MISSING', { invocation: id })
    return bytes
  }

  /** @throws CORE_INVOCATION_MISSING, CORE_PUBLISHER_MISSING */
  async release(caller: Caller, tenant: string, id: string, wish: ReleaseWish): Promise<Release> {
    const { knex, now } = this.#ports
    const kept = await this.#ofTenant(tenant, id)
    const grantee = await this.#granteeOf(kept.plugin, wish.to)
    const reason = wish.reason ?? null
    const expiresAt = new Date(now() + wish.hours * 3_600_000).toISOString()
    const detail = { grantee, expiresAt, reason, plugin: kept.plugin, version: kept.version }
    return commitChange(
      knex,
      { ...caller, action: 'invocation.released', subject: id, tenant, detail },
      (trx) =>
        insertRelease(trx, {
          id: `rel_${randomBytes(8).toString('hex')}`,
          invocation: id,
          grantee,
          reason,
          releasedBy: caller.actor,
          expiresAt,
        }),
    )
  }

  /** @throws CORE_INVOCATION_MISSING, CORE_RELEASE_MISSING */
  async withdraw(caller: Caller, tenant: string, id: string, release: string): Promise<void> {
    await this.#ofTenant(tenant, id)
    const change = { ...caller, action: 'invocation.release_withdrawn', subject: id, tenant }
    await commitChange(this.#ports.knex, { ...change, detail: { release } }, async (trx) => {
      if (await withdrawRelease(trx, id, release)) return
      throw coreErrors.create('RELEASE_MISSING', { invocation: id, release })
    })
  }

  /** @throws CORE_INVOCATION_MISSING */
  async remove(caller: Caller, tenant: string, id: string): Promise<void> {
    const change = { ...caller, action: 'invocation.deleted', subject: id, tenant }
    await commitChange(this.#ports.knex, change, async (trx) => {
      if (await deleteInvocation(trx, tenant, id)) return
      throw coreErrors.create('INVOCATION_MISSING', { invocation: id })
    })
  }

  async #find(
    principal: Principal,
    id: string,
  ): Promise<{ kept: Kept; access: Access; releases: readonly Release[] }> {
    const { knex, publishers, now } = this.#ports
    const kept = await findInvocation(knex, id)
    if (kept === undefined) throw coreErrors.create('INVOCATION_MISSING', { invocation: id })
    const { tenant, plugin } = kept
    const author = principal.kind === 'publisher' ? await publishers.holderOf(plugin) : undefined
    const releases = await listReleases(knex, id)
    const access = accessOf(principal, { tenant, releases, author }, now())
    if (access === 'hidden') throw coreErrors.create('INVOCATION_MISSING', { invocation: id })
    return { kept, access, releases }
  }

  async #ofTenant(tenant: string, id: string): Promise<Kept> {
    const kept = await findInvocation(this.#ports.knex, id)
    if (kept?.tenant === tenant) return kept
    throw coreErrors.create('INVOCATION_MISSING', { invocation: id })
  }

  async #granteeOf(plugin: string, to: string): Promise<string> {
    const { publishers } = this.#ports
    if (to === 'operator') return to
    const publisher = to === 'author' ? await publishers.holderOf(plugin) : to.split(':')[1]
    if (publisher !== undefined && (await publishers.has(publisher))) {
      return `publisher:${publisher}`
    }
    throw coreErrors.create('PUBLISHER_MISSING', { publisher: publisher ?? to, plugin })
  }

  async #open({ tenant, id, key, sealed }: Kept): Promise<Recording> {
    const dataKey = await this.#ports.keys.byId(tenant, key)
    return JSON.parse(open(dataKey, sealed, [tenant, id, key]).toString('utf8')) as Recording
  }

  /** The tenant sees who has looked. */
  async #noteRead({ actor, traceId }: Caller, { id, tenant }: Kept): Promise<void> {
    const change = { actor, traceId, action: 'invocation.opened', subject: id, tenant }
    await commitChange(this.#ports.knex, change, async () => undefined)
  }
}
