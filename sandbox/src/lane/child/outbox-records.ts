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
  while (from < text.length) {
    const headEnd = text.indexOf('\n', from)
    if (headEnd < 0) return
    const [call, number, nameLength, bodyLength] = text
      .slice(from + 1, headEnd)
      .split(' ')
      .map(Number)
    const name = headEnd + 1
    const body = name + Number(nameLength)
    const end = body + Number(bodyLength)
    if (!isCount(call) || !isCount(number) || !(body >= name && end >= body && end <= text.length))
      return
    onRecord({
      kind: text[from] as string,
      call,
      number,
      name: text.slice(name, body),
      body: text.slice(body, end),
    })
    from = end
  }
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= 0xffffffff
}
