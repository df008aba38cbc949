import { Refusal } from '@signalbox/sdk'

type Part = string | number

/** Where a page of a list ends, as a text that callers hand back. */
export function cursorOf(parts: readonly Part[]): string {
  return JSON.stringify(parts)
}

/** @throws CURSOR_INVALID for what no page gave. */
export function readCursor(
  cursor: string | undefined,
  shape: readonly ('text' | 'instant')[],
): readonly string[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(cursor)
    const fits =
      Array.isArray(parts) &&
      parts.length === shape.length &&
      parts.every(
        (part, nth) =>
          typeof part === 'string' &&
          (shape[nth] === 'text' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(part)),
      )
    if (fits) return parts as string[]
  } catch {
    // Told below, as any other text that is none.
  }
  throw new Refusal('CURSOR_INVALID', 'Give the cursor as `next` of the page before, or none.')
}
