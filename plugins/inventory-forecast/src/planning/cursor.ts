import { Refusal } from '@signalbox/sdk'

type Part = string | number

/** Where a page of a list ends, as a text that callers hand back. */
export function cursorOf(parts: readonly Part[]): string {
  return encodeURIComponent(JSON.stringify(parts))
}

/** @throws CURSOR_INVALID for what no page gave. */
export function readCursor(
  cursor: string | undefined,
  length: number,
): readonly Part[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(decodeURIComponent(cursor))
    if (
      Array.isArray(parts) &&
      parts.length === length &&
      parts.every((part) => typeof part === 'string' || typeof part === 'number')
    )
      return parts
  } catch {
    // Told below, as any other text that is none.
  }
  throw new Refusal('CURSOR_INVALID', 'Give the cursor as `next` of the page before, or none.')
}
