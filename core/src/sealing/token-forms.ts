/**
 * Keys, tokens, links and webhook secrets that this host makes, by their prefix and length. No word need end before
 * them: in a line of JSON a line break is the letter n.
 */
const tokenForms = /(?:dsk_[0-9a-z]{20}_|sba_|sbm_|lnk_)[\w-]{20,}|whsec_[\w+/=-]{20,}/g

/** Shorter than any of them. */
const MIN_TOKEN_LENGTH = 24

/** A text that a guest may have had a part in, for people who may not have what it was given. */
export function withoutTokens(text: string): string {
  return text.length < MIN_TOKEN_LENGTH ? text : text.replace(tokenForms, '⟦a token⟧')
}
