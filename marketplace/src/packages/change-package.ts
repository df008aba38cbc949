import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { holdOwnScope } from '../mirror/bound-scope-store.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import { relist } from '../search/listing-index.ts'
import type { PackageName } from './package-name.ts'
import { lockHead, type PackageHead, setRevision } from './package-store.ts'
import { nextRevision, REVISION_BYTES } from './revision.ts'

export interface PackageChange {
  readonly actor: Actor
  readonly name: PackageName
  /** The revision that the client has read; a change without one is made to whatever stands. */
  readonly rev?: string | undefined
  readonly traceId: string
}

type Entry = Pick<AuditEntry, 'action' | 'details'>

/**
 * One change of a package that exists: its row is held, rights and revision are compared, and a change moves the
 * revision, with its audit entry, in one transaction.
 * @param change undefined: nothing changed, and the revision stays
 * @throws `MKT_PACKAGE_NOT_FOUND`, `MKT_PUBLISH_FORBIDDEN`, `MKT_REV_STALE`, `MKT_SCOPE_BOUND`
 */
export async function changePackage(
  ports: AccountPorts,
  { actor, name, rev, traceId }: PackageChange,
  change: (trx: Knex.Transaction, head: PackageHead, at: Date) => Promise<Entry | undefined>,
): Promise<void> {
  const { knex, now, randomBytes, audit } = ports
  await knex.transaction(async (trx) => {
    await holdOwnScope(trx, name)
    const head = await lockHead(trx, name.full)
    if (head === undefined) throw packageNotFound(name.full)
    await authorizeChange(trx, actor, name, head.owner)
    if (rev !== undefined && rev !== head.rev) {
      const words = { package: name.full, current: head.rev, given: rev.slice(0, 80) }
      throw marketplaceErrors.create('REV_STALE', words)
    }
    const at = new Date(now())
    const entry = await change(trx, head, at)
    if (entry === undefined) return
    const next = nextRevision(head.rev, randomBytes(REVISION_BYTES))
    await setRevision(trx, { name: name.full, rev: next, at })
    await relist(trx, name.full)
    await audit?.({ actor: actor.name, subject: name.full, traceId, ...entry }, trx)
  })
}

export function packageNotFound(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
