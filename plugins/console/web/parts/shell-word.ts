/** A word of a command line for a POSIX shell: what a stranger named cannot become a command where somebody pastes it. Pure. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
