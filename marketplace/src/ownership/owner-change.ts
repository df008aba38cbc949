/** Owners of one package: more than any team that publishes it. */
export const MAX_OWNERS = 50

export interface OwnerChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Who holds it afterwards. */
  readonly holder: string
}

export type OwnerRefusal = 'not-theirs' | 'holder-stays' | 'too-many'

/**
 * Who holds a package (its scope's holder, or the owner of an unscoped name) lets others publish it and takes that back;
 * the others may only leave. So a maintainer whose token is stolen cannot lock its holder out.
 * @param current the holder first
 * @param by undefined: the operator
 */
export function ownerChange(
  current: readonly string[],
  wanted: readonly string[],
  { by, isScoped }: { readonly by: string | undefined; readonly isScoped: boolean },
): OwnerChange | OwnerRefusal {
  const [holder = ''] = current
  const added = [...new Set(wanted)].filter((name) => !current.includes(name))
  const removed = current.filter((name) => !wanted.includes(name))
  const isLeaving = added.length === 0 && removed.length === 1 && removed[0] === by
  const isNothing = added.length === 0 && removed.length === 0
  if (by !== undefined && by !== holder && !isLeaving && !isNothing) return 'not-theirs'
  if (isScoped && removed.includes(holder)) return 'holder-stays'
  if (current.length + added.length - removed.length > MAX_OWNERS) return 'too-many'
  const left = [...current.filter((name) => !removed.includes(name)), ...added]
  return { added, removed, holder: removed.includes(holder) ? (left[0] ?? holder) : holder }
}
