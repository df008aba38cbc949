/** An entity tag, and a list of them (RFC 9110 §8.8.3, §5.6.1.2). */
const tag = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"'

/** What `If-Match` may hold (§13.1.1). */
export const ifMatchPattern = `\\*|${tag}(?:[ \\t]*(?:,[ \\t]*)+${tag})*`

/** Of a change that may say what it was made upon. */
export const ifMatchSchema = {
  type: 'object',
  properties: {
    'if-match': { type: 'string', maxLength: 4000, pattern: `^(?:${ifMatchPattern})$` },
  },
} as const

/**
 * The tags that a change was made upon, with their quotes; `any`: whatever there is. Weak ones are not among them: in this
 * comparison they match nothing (§8.8.3.2).
 */
export function tagsIn(ifMatch: string): 'any' | readonly string[] {
  if (ifMatch === '*') return 'any'
  return [...ifMatch.matchAll(new RegExp(tag, 'g'))]
    .map(([one]) => one)
    .filter((one) => !one.startsWith('W/'))
}

/** @param ifMatch absent: nothing is asked for @param present a strong tag; undefined: there is nothing */
export function isMatched(ifMatch: string | undefined, present: string | undefined): boolean {
  if (ifMatch === undefined) return true
  if (present === undefined) return false
  const tags = tagsIn(ifMatch)
  return tags === 'any' || tags.includes(present)
}
