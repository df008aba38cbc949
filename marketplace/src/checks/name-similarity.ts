/** Two names that read the same, or nearly: what dependency confusion and a slip of the finger live of. Pure. */
export type Likeness = 'confusable' | 'similar'

/**
 * What is left of a name when all that a reader overlooks is gone: separators, and characters that look like others
 * (of Unicode UTS #39 those that a package name may hold; other scripts are refused before).
 */
function skeletonOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[@/._~-]+/g, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
}

/** Shorter names are near to too many others for nearness to mean anything. */
const LEAST_LENGTH = 7
/** One slip in a short name, two in a long one. */
const LONG_LENGTH = 14

/** @returns undefined for names that nobody takes for one another, and for the same name */
export function likenessOf(name: string, other: string): Likeness | undefined {
  if (name === other) return undefined
  const skeleton = skeletonOf(name)
  const otherSkeleton = skeletonOf(other)
  if (skeleton === otherSkeleton) return 'confusable'
  const shorter = Math.min(skeleton.length, otherSkeleton.length)
  if (shorter < LEAST_LENGTH) return undefined
  const most = shorter < LONG_LENGTH ? 1 : 2
  return editDistance(skeleton, otherSkeleton, most) <= most ? 'similar' : undefined
}

/**
 * Letters inserted, left out, replaced, or swapped with their neighbour, to come from one to the other: the optimal
 * string alignment of Damerau and Levenshtein. What is beyond `most` is told as `most + 1`, mostly without computing it.
 */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let older: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= one.length; row++) {
    const current = nextRow(one, other, row, previous, older)
    if (Math.min(...current) > most) return most + 1
    older = previous
    previous = current
  }
  return Math.min(previous[other.length] ?? 0, most + 1)
}

function nextRow(
  one: string,
  other: string,
  row: number,
  previous: readonly number[],
  older: readonly number[],
): readonly number[] {
  const current = [row]
  for (let column = 1; column <= other.length; column++) {
    const cost = one[row - 1] === other[column - 1] ? 0 : 1
    const isSwap =
      row > 1 &&
      column > 1 &&
      one[row - 1] === other[column - 2] &&
      one[row - 2] === other[column - 1]
    const least = Math.min(
      (previous[column] ?? 0) + 1,
      (current[column - 1] ?? 0) + 1,
      (previous[column - 1] ?? 0) + cost,
      isSwap ? (older[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
    )
    current.push(least)
  }
  return current
}
