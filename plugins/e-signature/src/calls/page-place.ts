import { Refusal } from '@signalbox/sdk'

/** Where a page ends: an instant, and what tells those of one instant apart. */
export interface Place {
  readonly at: string
  readonly id: string
}

export function writePlace({ at, id }: Place): string {
  return `${at} ${id}`
}

/** @throws Refusal CURSOR_INVALID */
export function parsePlace(cursor: string): Place {
  const [at = '', ...rest] = cursor.split(' ')
  const id = rest.join(' ')
  if (id === '' || Number.isNaN(Date.parse(at))) throw cursorInvalid()
  return { at, id }
}

export function cursorInvalid(): Refusal {
  return new Refusal('CURSOR_INVALID', 'Send the cursor as the page before gave it in `next`.')
}

/**
 * A page of a list of which one row more was read than is shown: that there is one more tells of a next page.
 * @param cursorOf of the last row that is shown
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  shown: (row: Row) => Item,
): { readonly items: readonly Item[]; readonly next?: string } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = page.map(shown)
  return rows.length > limit && last !== undefined ? { items, next: cursorOf(last) } : { items }
}
