/** A word of the host that the page has a text for; undefined: it is shown as it came. Pure. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  word: string | null | undefined,
): Word | undefined {
  return words.find((one) => one === word)
}
