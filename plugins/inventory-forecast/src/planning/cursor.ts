import { Refusal } from '@signalbox/sdk'
import { dayOfText } from '../calendar/instant.ts'

type Part = string | number

/** Where a page of a list ends, as a text that callers hand back. */
export function cursorOf(parts: readonly Part[]): string {
  return JSON.stringify(parts)
}

/** What a part may be; anything else would be an error of SQL. */
const kinds = {
  text: (part) => typeof part === 'string',
  number: (part) => typeof part === 'number' && Number.isFinite(part),
  place: (part) => Number.isSafeInteger(part) && Number(part) >= 0,
  // A day or an instant of it; `dayOfText` throws for a day that no calendar has.
  instant: (part) => typeof part === 'string' && dayOfText(part.slice(0, 10)) > 0,
} as const satisfies Readonly<Record<string, (part: unknown) => boolean>>

/** @throws CURSOR_INVALID for what no page gave. */
export function readCursor(
  cursor: string | undefined,
  shape: readonly (keyof typeof kinds)[],
): readonly Part[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(cursor)
    if (
      Array.isArray(parts) &&
      parts.length === shape.length &&
      shape.every((kind, i) => kinds[kind](parts[i]))
    )
      return parts
  } catch {
    // Told below, as any other text that is none.
  }
  throw new Refusal('CURSOR_INVALID', 'Give the cursor as `next` of the page before, or none.')
}
