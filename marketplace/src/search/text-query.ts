import type { SearchTerm } from './search-words.ts'

/** Of a run's pairs so many must be there: 订单查询 finds 查询订单, which has two of its three. */
const ENOUGH = 0.6

/**
 * A query of PostgreSQL's text search. Terms hold letters and digits alone (search-words.ts), so nothing in them is an
 * operator.
 * @param guesses of words that no listing has, those they may stand for
 */
export function textQuery(
  terms: readonly SearchTerm[],
  guesses: ReadonlyMap<string, readonly string[]>,
): string {
  return terms.map((term) => termQuery(term, guesses)).join(' & ')
}

function termQuery(term: SearchTerm, guesses: ReadonlyMap<string, readonly string[]>): string {
  if (term.kind === 'run') return runQuery(term.pairs)
  const others = (guesses.get(term.text) ?? []).map((guess) => quoted(guess))
  return `(${[`${quoted(term.text)}:*`, ...others].join(' | ')})`
}

function runQuery(pairs: readonly string[]): string {
  const [only = ''] = pairs
  // One character alone: the beginning of any pair, or the last of a run.
  if (pairs.length === 1) return [...only].length === 1 ? `${quoted(only)}:*` : quoted(only)
  const enough = Math.ceil(pairs.length * ENOUGH)
  const sets = subsets(pairs, enough).map((some) => `(${some.map(quoted).join(' & ')})`)
  return `(${sets.join(' | ')})`
}

/** At most 5 over 3, which is 10: see CHUNK of search-words.ts. */
function subsets(items: readonly string[], count: number): readonly (readonly string[])[] {
  if (count === 0) return [[]]
  return items.flatMap((item, index) =>
    subsets(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]),
  )
}

function quoted(word: string): string {
  return `'${word}'`
}
