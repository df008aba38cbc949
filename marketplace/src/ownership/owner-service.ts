import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { changePackage, type PackageChange, packageNotFound } from '../packages/change-package.ts'
import { addMaintainer, listChangeable, removeMaintainer } from '../packages/maintainer-store.ts'
import type { PackageName } from '../packages/package-name.ts'
import { findHead, ownersOf, setOwner } from '../packages/package-store.ts'
import type { AccountPorts } from '../ports.ts'
import { hasPublisher } from '../publishers/publisher-store.ts'
import { requireForAll } from '../publishers/require-whole.ts'
import { MAX_OWNERS, type OwnerChange, type OwnerRefusal, ownerChange } from './owner-change.ts'

/** What `npm access list packages` shows at most. */
const MAX_LISTED = 1000

/** Who may publish a package: `npm owner` and `npm access`. */
export class OwnerService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` */
  async list(name: PackageName): Promise<readonly string[]> {
    const head = await findHead(this.#ports.knex, name.full)
    if (head === undefined) throw packageNotFound(name.full)
    return ownersOf(this.#ports.knex, name, head.owner)
  }

  /** @throws `MKT_PUBLISHER_NOT_FOUND` */
  async packagesOf(publisher: string): Promise<readonly string[]> {
    await requirePublisher(this.#ports.knex, publisher)
    return listChangeable(this.#ports.knex, publisher, MAX_LISTED)
  }

  /** @throws `MKT_PUBLISHER_NOT_FOUND` */
  requirePublisher(publisher: string): Promise<void> {
    return requirePublisher(this.#ports.knex, publisher)
  }

  /** @throws `MKT_OWNER_FIXED`, `MKT_OWNERS_FULL`, `MKT_PUBLISHER_NOT_FOUND`, `MKT_TOKEN_NARROWED` and those of `changePackage` */
  async set(change: PackageChange, wanted: readonly string[]): Promise<void> {
    const { actor, name } = change
    requireForAll(actor, 'who may publish is said with a token for all packages')
    await changePackage(this.#ports, change, async (trx, head, at) => {
      const current = await ownersOf(trx, name, head.owner)
      const by = actor.kind === 'operator' ? undefined : actor.name
      const next = ownerChange(current, wanted, { by, isScoped: name.scope !== undefined })
      if (typeof next === 'string') throw refused(next, change, current[0] ?? '')
      if (next.added.length === 0 && next.removed.length === 0) return undefined
      for (const publisher of next.added) await requirePublisher(trx, publisher)
      await store(trx, { name, next, before: current[0] ?? '', at })
      const { added, removed } = next
      return { action: 'package.owners-changed', details: { added, removed } }
    })
  }
}

async function requirePublisher(knex: Knex, publisher: string): Promise<void> {
  if (await hasPublisher(knex, publisher)) return
  throw marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher: publisher.slice(0, 80) })
}

async function store(
  trx: Knex.Transaction,
  given: { name: PackageName; next: OwnerChange; before: string; at: Date },
): Promise<void> {
  const { next, before, at } = given
  const name = given.name.full
  for (const publisher of next.removed) await removeMaintainer(trx, { name, publisher })
  for (const publisher of next.added) await addMaintainer(trx, { name, publisher, at })
  if (next.holder === before) return
  await setOwner(trx, name, next.holder)
  await removeMaintainer(trx, { name, publisher: next.holder })
}

function refused(why: OwnerRefusal, { actor, name }: PackageChange, holder: string): Error {
  const words = { package: name.full, publisher: actor.name }
  switch (why) {
    case 'not-theirs': {
      const reason = 'only who holds it says who else may publish it'
      return marketplaceErrors.create('PUBLISH_FORBIDDEN', { ...words, reason })
    }
    case 'holder-stays':
      return marketplaceErrors.create('OWNER_FIXED', { ...words, publisher: holder })
    case 'too-many':
      return marketplaceErrors.create('OWNERS_FULL', { package: name.full, limit: MAX_OWNERS })
  }
}
