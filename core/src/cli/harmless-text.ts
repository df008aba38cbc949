/**
 * Controls (of a terminal, too), and signs that turn the direction of writing or cannot be seen: text that reads
 * otherwise than it runs ("Trojan Source", CVE-2021-42574).
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** What somebody else wrote, in one line: none of it moves the cursor of a terminal, and none of it hides. */
export function harmlessLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(unseen, told)
}

/** The same of a text whose lines and tabs are part of it. */
export function harmlessLines(text: string): string {
  return text.replace(unseen, (sign) => (sign === '\n' || sign === '\t' ? sign : told(sign)))
}

function told(sign: string): string {
  return `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`
}
