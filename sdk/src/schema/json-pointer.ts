/** RFC 6901: in a reference token `~` is written `~0`, and `/` is written `~1`. */
export function escapeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

export function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The pointer to a child of what `pointer` leads to. */
export function pointerTo(pointer: string, key: string | number): string {
  return `${pointer}/${escapeToken(String(key))}`
}
