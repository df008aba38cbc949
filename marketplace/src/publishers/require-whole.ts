import { marketplaceErrors } from '../errors.ts'
import type { PackageName } from '../packages/package-name.ts'
import type { Actor } from './actor.ts'
import { covers, isForSome, isNarrowed } from './token-limits.ts'

/**
 * What hands out rights: whoever stole a narrowed token would otherwise have more by it than the token.
 * @throws `MKT_TOKEN_NARROWED` where the token has any limit
 */
export function requireWhole({ name, limits }: Actor, reason: string): void {
  if (isNarrowed(limits)) throw narrowed(name, reason)
}

/**
 * What is no package, or more than its publisher's own work on one.
 * @throws `MKT_TOKEN_NARROWED` where the token is for some packages
 */
export function requireForAll({ name, limits }: Actor, reason: string): void {
  if (isForSome(limits)) throw narrowed(name, reason)
}

/** @throws `MKT_TOKEN_NARROWED` where the token is for other packages */
export function requireCovered({ name, limits }: Actor, of: PackageName): void {
  if (!covers(limits, of)) throw narrowed(name, 'it is for other packages')
}

/** @throws `MKT_OPERATOR_ONLY`, `MKT_TOKEN_NARROWED` */
export function requireOperator(actor: Actor): void {
  if (actor.kind !== 'operator') throw marketplaceErrors.create('OPERATOR_ONLY')
  requireForAll(actor, 'it is for some packages, and this is for all')
}

function narrowed(publisher: string, reason: string): Error {
  return marketplaceErrors.create('TOKEN_NARROWED', { publisher, reason })
}
