import type { FoldedRow, ViewPart } from './order-row.ts'
import type { KnownRow } from './projection-store.ts'

type Known = Pick<KnownRow, 'digests' | 'revision'> | undefined

/** Parts of the view that are another than what is shown now. Pure. */
export function changedParts(
  known: Known,
  { digests }: Pick<FoldedRow, 'digests'>,
): readonly ViewPart[] {
  const parts = Object.keys(digests) as ViewPart[]
  return parts.filter((part) => known?.digests[part] !== digests[part]).sort()
}

/**
 * Rises where parts changed and with nothing else: the last `orders.view.changed` has the order's revision, so that who compares the
 * two knows whether a change is still to come. A fold that changes nothing is frequent: of two facts that come at once, the fold of
 * the first may see the second, which is marked only then. Pure.
 */
export function nextRevision(known: Known, parts: readonly ViewPart[]): number {
  return (known?.revision ?? 0) + (parts.length > 0 ? 1 : 0)
}
