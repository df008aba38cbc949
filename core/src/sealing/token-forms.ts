/**
 * Keys, tokens, links and webhook secrets that this host makes, by their prefix and length; of JWTs, by their shape, claims and
 * signature: their head is no secret. No word need end before them: in a line of JSON a line break is the letter n. None is
 * looked for from the `ey` of a JWT on: in a text of nothing else each of them would be followed to the end, and a guest that
 * logs 64 KB of it would hold the host up for three seconds.
 */
const tokenForms =
  /(?:ds[ks]_[0-9a-z]{20}_|sb[amsu]_|lnk_)[\w-]{20,}|whsec_[\w+/=-]{20,}|(?<=ey[\w-]{20,})\.ey[\w-]{20,}\.[\w-]{20,}/g

/** Shorter than any of them. */
const MIN_TOKEN_LENGTH = 24

/** A text that a guest may have had a part in, for people who may not have what it was given. */
export function withoutTokens(text: string): string {
  return text.length < MIN_TOKEN_LENGTH ? text : text.replace(tokenForms, '⟦a token⟧')
}
