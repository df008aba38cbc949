/** A stranger's words on a terminal: without what would move the cursor or turn the direction of reading round. Lines stay. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
    sign === '\n' || sign === '\t' ? sign : '',
  )
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printable(text)
    .replace(/[\n\t]+/g, ' ')
    .trim()
}
