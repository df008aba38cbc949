/** What the host takes of all tables together. */
export const MOST_TABLE_BYTES = 8 * 1024 * 1024

/**
 * The text of a table, as a spreadsheet saved it: UTF-8, or what Excel writes in China where nobody asks it for UTF-8. Pure.
 * @returns undefined for what is neither
 */
export function tableText(
  bytes: Uint8Array<ArrayBuffer>,
): { readonly text: string; readonly isGb: boolean } | undefined {
  const text = decoded(bytes, 'utf-8')
  if (text !== undefined) return { text, isGb: false }
  const gb = decoded(bytes, 'gb18030')
  return gb === undefined ? undefined : { text: gb, isGb: true }
}

function decoded(bytes: Uint8Array<ArrayBuffer>, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
