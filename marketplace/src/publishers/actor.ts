import type { PackageName } from '../packages/package-name.ts'
import { covers, noLimits, type TokenLimits } from './token-limits.ts'

/** The operator's own account: exists from the first migration on, and no publisher can take its name. */
export const OPERATOR = 'operator'

/** Who acts on the registry. */
export interface Actor {
  readonly kind: 'operator' | 'publisher'
  readonly name: string
  /** Of the token that it came with. */
  readonly limits: TokenLimits
}

export function actorNamed(publisher: string, limits: TokenLimits = noLimits): Actor {
  return { kind: publisher === OPERATOR ? 'operator' : 'publisher', name: publisher, limits }
}

/** What is known of a package's rights: who holds its scope, who published it first, and whom these let in. */
export interface Ownership {
  readonly scopeHolder: string | undefined
  readonly packageOwner: string | undefined
  readonly isMaintainer: boolean
}

/**
 * A scoped name is its scope holder's. An unscoped one belongs to who published it first. Maintainers are whom these
 * have let in, one package at a time. A narrowed token gives none of it for other packages than its own.
 * @returns why the actor may not change the package, or undefined when it may.
 */
export function refusalToChange(
  actor: Actor,
  name: PackageName,
  { scopeHolder, packageOwner, isMaintainer }: Ownership,
): string | undefined {
  if (!covers(actor.limits, name)) return 'their token is for other packages'
  if (actor.kind === 'operator' || isMaintainer) return undefined
  if (name.scope !== undefined) {
    return scopeHolder === actor.name ? undefined : `the scope ${name.scope} is not theirs`
  }
  return packageOwner === undefined || packageOwner === actor.name
    ? undefined
    : 'the name belongs to another publisher'
}
