/** Winkler's weight of a common beginning, of at most four characters. */
const PREFIX_WEIGHT = 0.1
const MAX_PREFIX = 4

/**
 * Jaro-Winkler similarity, 0 to 1 (Jaro 1989; Winkler 1990, "String Comparator Metrics"): of code points, so that a character
 * outside the first plane is one. The prefix counts whatever the Jaro similarity (no boost threshold).
 */
export function jaroWinkler(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)]
  const jaro = jaroOf(a, b)
  let prefix = 0
  while (prefix < MAX_PREFIX && prefix < a.length && a[prefix] === b[prefix]) prefix++
  return jaro + prefix * PREFIX_WEIGHT * (1 - jaro)
}

function jaroOf(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 && b.length === 0) return 1
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1)
  const isTaken = new Uint8Array(b.length)
  const matches: string[] = []
  for (const [at, character] of a.entries()) {
    const end = Math.min(b.length - 1, at + reach)
    for (let other = Math.max(0, at - reach); other <= end; other++) {
      if (isTaken[other] || b[other] !== character) continue
      isTaken[other] = 1
      matches.push(character)
      break
    }
  }
  const m = matches.length
  if (m === 0) return 0
  const others = b.filter((_, at) => isTaken[at])
  const transposed = matches.filter((character, at) => character !== others[at]).length / 2
  return (m / a.length + m / b.length + (m - transposed) / m) / 3
}
