/** One event of a stream, and what the stream says of itself. */
export interface StreamPart {
  /** The last event id, also of what has no data. */
  readonly id: string | undefined
  readonly event: string
  /** Undefined: nothing is told, only `id` or `retry` moved. */
  readonly data: string | undefined
  /** Milliseconds to wait before asking again. */
  readonly retry: number | undefined
}

/** The bound of one event: an event has at most 64 KiB of data, which JSON can double. */
const MAX_EVENT_LENGTH = 1024 * 1024

/**
 * Reads server-sent events (WHATWG HTML §9.2.6).
 * @throws Error for an event of more than a million characters: it is none of this host.
 */
export async function* streamParts(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamPart> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      // A lone CR at the end may be the first half of CR LF.
      const whole = text.endsWith('\r') ? text.slice(0, -1) : text
      const blocks = whole.replace(/\r\n?/g, '\n').split('\n\n')
      const rest = blocks.pop() ?? ''
      if (rest.length > MAX_EVENT_LENGTH) throw new Error('An event of the stream is too long')
      text = text.endsWith('\r') ? `${rest}\r` : rest
      for (const block of blocks) yield partOf(block)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function partOf(block: string): StreamPart {
  let id: string | undefined
  let event = 'message'
  let retry: number | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'id' && !value.includes('\0')) id = value
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
    if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }
  return { id, event, data: data.length === 0 ? undefined : data.join('\n'), retry }
}
