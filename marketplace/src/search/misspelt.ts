/** Shorter words are so near to others that a guess would be wrong more often than right. */
const MIN_LENGTH = 4

/** From here on two slips are forgiven, as Lucene and those after it have it for long words. */
const LONG = 8

/** So many words are taken for one that nobody has: more would find everything. */
const MAX_GUESSES = 5

/** Trigrams of a word with its ends marked, as pg_trgm makes them; made here, so the host needs no extension. */
export function gramsOf(word: string): readonly string[] {
  const letters = [...`  ${word} `]
  const grams = letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''))
  return [...new Set(grams)]
}

export function isWorthGuessing(word: string): boolean {
  return [...word].length >= MIN_LENGTH && !/^\p{N}+$/u.test(word)
}

/** Of known words those that a misspelt one may stand for, the nearest first. */
export function guessesFor(word: string, known: readonly string[]): readonly string[] {
  const allowed = [...word].length >= LONG ? 2 : 1
  return known
    .map((other) => ({ other, apart: slips(word, other, allowed) }))
    .filter(({ apart }) => apart <= allowed)
    .sort((a, b) => a.apart - b.apart || (a.other < b.other ? -1 : 1))
    .slice(0, MAX_GUESSES)
    .map(({ other }) => other)
}

/**
 * Letters that are missing, too many, wrong or exchanged with their neighbour: the optimal string alignment distance
 * (Damerau 1964, each place changed once). @returns beyond `limit`, any number above it
 */
export function slips(one: string, other: string, limit: number): number {
  const [a, b] = [[...one], [...other]]
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same)
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isExchanged) best = Math.min(best, at(before, j - 2) + 1)
      row.push(best)
    }
    if (Math.min(...row) > limit) return limit + 1
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] as number
}
