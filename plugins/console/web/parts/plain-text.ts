/**
 * Controls but for lines and tabs, signs that turn the direction of writing, those of no width, and what breaks lines unseen: text
 * that reads otherwise than it is. What joins letters and emoji stays.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu

/** What a stranger wrote, with what cannot be seen shown by its number, as the command line does. Pure. */
export function plainText(text: string): string {
  return text.replace(
    unseen,
    (sign) => `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  )
}
