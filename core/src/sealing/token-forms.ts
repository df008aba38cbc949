/**
 * Keys, tokens, links and webhook secrets that this host makes, by their prefix and length; JWTs by their shape. No word need end before
 * them: in a line of JSON a line break is the letter n.
 */
const tokenForms =
  /(?:ds[ks]_[0-9a-z]{20}_|sb[amsu]_|lnk_)[\w-]{20,}|whsec_[\w+/=-]{20,}|ey[\w-]{20,}\.ey[\w-]{20,}\.[\w-]{20,}/g

/** Shorter than any of them. */
const MIN_TOKEN_LENGTH = 24

/** A text that a guest may have had a part in, for people who may not have what it was given. */
export function withoutTokens(text: string): string {
  return text.length < MIN_TOKEN_LENGTH ? text : text.replace(tokenForms, '⟦a token⟧')
}
