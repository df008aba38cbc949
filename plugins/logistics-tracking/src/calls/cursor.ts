import { Refusal } from '@signalbox/sdk'

/** Where a page of a list ends: an instant, and what tells those of one instant apart. */
export interface Place {
  readonly at: number
  readonly id: string
}

/** @throws Refusal CURSOR_INVALID for what no page gave */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [, at, id = ''] = /^(\d{1,15}) (.*)$/s.exec(cursor) ?? []
  if (at !== undefined) return { at: Number(at), id }
  throw new Refusal('CURSOR_INVALID', 'Give the cursor as `next` of the page before, or none.')
}

/** A page of a list of which one row more was read than is shown: that there is one more tells of a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
  shown: (row: Row) => Item,
): { readonly items: readonly Item[]; readonly next?: string } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = page.map(shown)
  if (rows.length <= limit || last === undefined) return { items }
  const { at, id } = placeOf(last)
  return { items, next: `${at} ${id}` }
}
