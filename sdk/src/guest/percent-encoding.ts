/**
 * Which ASCII characters are written as `%XX`, by where they stand. Control characters and all beyond U+007E
 * always are. https://url.spec.whatwg.org/#percent-encoded-bytes
 */
const fragment = ' "<>`'
const query = ' "#<>'
const path = `${query}?^\`{}`
const userinfo = `${path}/:;=@[\\]|`

export const encodeSets = {
  control: setOf(''),
  fragment: setOf(fragment),
  query: setOf(query),
  specialQuery: setOf(`${query}'`),
  path: setOf(path),
  userinfo: setOf(userinfo),
} as const

export type EncodeSet = (typeof encodeSets)[keyof typeof encodeSets]

function setOf(characters: string): ReadonlySet<string> {
  return new Set(characters)
}

/** @param text well-formed: no half of a surrogate pair. */
export function percentEncode(text: string, set: EncodeSet): string {
  // Most parts of most addresses need nothing.
  if (/^[A-Za-z0-9./_-]*$/.test(text) && set !== encodeSets.userinfo) return text
  let encoded = ''
  for (const character of text) encoded += percentEncodeOne(character, set)
  return encoded
}

export function percentEncodeOne(character: string, set: EncodeSet): string {
  if (character > '\x7e') return character === '\x7f' ? '%7F' : encodeURIComponent(character)
  if (character > '\x1f' && !set.has(character)) return character
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
