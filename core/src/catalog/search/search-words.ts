/** A run of what is written without spaces: Han, kana. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu

/** A query of at most 100 characters has fewer; what is beyond it narrows nothing any more. */
const MAX_TERMS = 16

export type SearchTerm =
  | { readonly kind: 'word'; readonly text: string }
  /** Pairs of neighbours: so a run finds what has its words in another order, and needs no dictionary. */
  | { readonly kind: 'run'; readonly text: string; readonly pairs: readonly string[] }

/** One form of each character: wide and narrow, upper and lower case are alike. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** What a query asks for. Everything in it is a letter or a gap: nothing in it is a command. */
export function termsOf(query: string): readonly SearchTerm[] {
  const text = folded(query)
  const runs = (text.match(UNSPACED) ?? []).map(
    (run): SearchTerm => ({ kind: 'run', text: run, pairs: pairsOf(run) }),
  )
  const words = (text.replace(UNSPACED, ' ').match(/[\p{L}\p{N}]+/gu) ?? []).map(
    (word): SearchTerm => ({ kind: 'word', text: word }),
  )
  return [...words, ...runs].slice(0, MAX_TERMS)
}

function pairsOf(run: string): string[] {
  const letters = [...run]
  if (letters.length === 1) return letters
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`)
}

/** Of a run's pairs so many must be there: 订单查询 finds 查询订单, which has two of its three. */
const ENOUGH = 0.6

/** How well a folded text meets a term: 1 for the whole, 0 for nothing. */
export function closeness(text: string, term: SearchTerm): number {
  const at = text.indexOf(term.text)
  if (term.kind === 'run') {
    if (at >= 0) return 1
    const share = term.pairs.filter((pair) => text.includes(pair)).length / term.pairs.length
    return share >= ENOUGH ? share / 2 : 0
  }
  if (at < 0) return 0
  const starts = startsAWord(text, at) || startsAWord(text, text.indexOf(` ${term.text}`) + 1)
  return starts ? 1 : 0.3
}

function startsAWord(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] as string)
}
