import type { PackageName } from '../packages/package-name.ts'

/** The operator's own account: exists from the first migration on, and no publisher can take its name. */
export const OPERATOR = 'operator'

/** Who acts on the registry. */
export interface Actor {
  readonly kind: 'operator' | 'publisher'
  readonly name: string
}

export function actorNamed(publisher: string): Actor {
  return { kind: publisher === OPERATOR ? 'operator' : 'publisher', name: publisher }
}

/** What is known of a package's rights: who holds its scope, and who published it first. */
export interface Ownership {
  readonly scopeHolder: string | undefined
  readonly packageOwner: string | undefined
}

/**
 * A scoped name is its scope holder's and nobody else's. An unscoped one belongs to who published it first.
 * @returns why the actor may not change the package, or undefined when it may.
 */
export function refusalToChange(
  actor: Actor,
  name: PackageName,
  { scopeHolder, packageOwner }: Ownership,
): string | undefined {
  if (actor.kind === 'operator') return undefined
  if (name.scope !== undefined) {
    return scopeHolder === actor.name ? undefined : `the scope ${name.scope} is not theirs`
  }
  return packageOwner === undefined || packageOwner === actor.name
    ? undefined
    : 'the name belongs to another publisher'
}
