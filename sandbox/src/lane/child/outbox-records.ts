export interface OutboxRecord {
  readonly kind: string
  readonly call: number
  readonly number: number
  readonly name: string
  readonly body: string
}

/**
 * Reads what an isolate handed over (format: guest/outbox.ts). A guest that outwitted its side may have
 * written anything: the reader stops at the first thing that is no record.
 */
export function readOutbox(text: string, onRecord: (record: OutboxRecord) => void): void {
  let from = 0
  const number = (end: string): number => {
    const start = from
    from = text.indexOf(end, start) + 1
    const value = from === 0 ? Number.NaN : Number(text.slice(start, from - 1))
    return Number.isInteger(value) && value >= 0 && value <= 0xffffffff ? value : Number.NaN
  }
  while (from < text.length) {
    const kind = text[from++] as string
    const call = number(' ')
    const second = number(' ')
    const nameLength = number(' ')
    const bodyLength = number('\n')
    const end = from + nameLength + bodyLength
    // Not a number in any place makes the sums so too.
    if (!(call + second + end <= Number.MAX_SAFE_INTEGER) || end > text.length) return
    const name = text.slice(from, from + nameLength)
    onRecord({ kind, call, number: second, name, body: text.slice(from + nameLength, end) })
    from = end
  }
}
