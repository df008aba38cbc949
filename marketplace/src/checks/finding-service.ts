import type { Finding } from '@signalbox/sdk/finding'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { PackageName } from '../packages/package-name.ts'
import { findFindings, findHead } from '../packages/package-store.ts'
import type { Actor } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'

/**
 * What the checks found in a version: for whom the package is, and the operator.
 * @throws `MKT_PUBLISH_FORBIDDEN`, `MKT_PACKAGE_NOT_FOUND`
 */
export async function readFindings(
  knex: Knex,
  actor: Actor,
  name: PackageName,
  version: string,
): Promise<readonly Finding[]> {
  await authorizeChange(knex, actor, name, (await findHead(knex, name.full))?.owner)
  const findings = await findFindings(knex, name.full, version)
  if (findings !== undefined) return findings
  throw marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: `${name.full}@${version}` })
}
