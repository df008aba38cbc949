import { Refusal } from '@signalbox/sdk'

/** Where a page ends: an instant, and what tells those of one instant apart. */
export interface Place {
  readonly at: string
  readonly point: string
}

export function writePlace({ at, point }: Place): string {
  return `${at} ${point}`
}

/** @throws Refusal SPC_CURSOR_INVALID */
export function parsePlace(cursor: string): Place {
  const [at = '', ...rest] = cursor.split(' ')
  if (rest.length === 0 || Number.isNaN(Date.parse(at))) {
    throw new Refusal('SPC_CURSOR_INVALID', 'Send the cursor as the page before gave it.')
  }
  return { at, point: rest.join(' ') }
}
