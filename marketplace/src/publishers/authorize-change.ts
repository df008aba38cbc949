import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { isMaintainer } from '../packages/maintainer-store.ts'
import type { PackageName } from '../packages/package-name.ts'
import { type Actor, refusalToChange } from './actor.ts'
import { findScopeHolder } from './publisher-store.ts'

/** @throws `MKT_PUBLISH_FORBIDDEN` when the package is not the actor's to change. */
export async function authorizeChange(
  knex: Knex,
  actor: Actor,
  name: PackageName,
  packageOwner: string | undefined,
): Promise<void> {
  const scopeHolder = name.scope === undefined ? undefined : await findScopeHolder(knex, name.scope)
  const reason = refusalToChange(actor, name, {
    scopeHolder,
    packageOwner,
    isMaintainer: await isMaintainer(knex, name.full, actor.name),
  })
  if (reason === undefined) return
  throw marketplaceErrors.create('PUBLISH_FORBIDDEN', {
    publisher: actor.name,
    package: name.full,
    reason,
  })
}
