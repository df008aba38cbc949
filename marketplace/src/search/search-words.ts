/** A run of what is written without spaces: Han, kana. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu
const spaced = /[\p{L}\p{N}]+/gu

/** Longer words are cut: nobody types more, and an index entry stays small. */
const MAX_WORD = 40

/** What is beyond narrows nothing any more, and each costs a look into the index. */
const MAX_TERMS = 8

/** One form of each character: wide and narrow, upper and lower case, with accents and without are alike. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFKC').toLowerCase()
}

/**
 * The words of a text as they are indexed: words between gaps, the parts of camelCase too, and of what is written without
 * spaces each pair of neighbours and the last character, so that no dictionary is needed and one character finds as well.
 */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>()
  for (const form of [text, text.replace(/([a-z0-9])([A-Z])/g, '$1 $2')]) {
    const plain = folded(form)
    for (const run of plain.match(unspaced) ?? []) {
      for (const pair of pairsOf(run)) words.add(pair)
      words.add([...run].at(-1) as string)
    }
    for (const word of plain.replace(unspaced, ' ').match(spaced) ?? []) {
      words.add(word.slice(0, MAX_WORD))
    }
  }
  return words
}

export type SearchTerm =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'run'; readonly pairs: readonly string[] }

/** What a query asks for. Everything in it is a letter or a gap: nothing in it is a command. */
export function termsOf(query: string): readonly SearchTerm[] {
  const text = folded(query)
  const words = (text.replace(unspaced, ' ').match(spaced) ?? []).map(
    (word): SearchTerm => ({ kind: 'word', text: word.slice(0, MAX_WORD) }),
  )
  const runs = (text.match(unspaced) ?? []).flatMap((run) =>
    chunksOf(pairsOf(run)).map((pairs): SearchTerm => ({ kind: 'run', pairs })),
  )
  return [...words, ...runs].slice(0, MAX_TERMS)
}

function pairsOf(run: string): string[] {
  const letters = [...run]
  if (letters.length === 1) return letters
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`)
}

/** A long run is several terms: of each, some pairs may be missing. */
const CHUNK = 5

function chunksOf(pairs: readonly string[]): (readonly string[])[] {
  const chunks: (readonly string[])[] = []
  for (let at = 0; at < pairs.length; at += CHUNK) chunks.push(pairs.slice(at, at + CHUNK))
  return chunks
}
