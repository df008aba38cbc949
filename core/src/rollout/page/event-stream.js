/**
 * Server-sent events by fetch: EventSource can send no Authorization header. Only what the host sends is
 * read: `data` in one line, each event closed by an empty line.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<unknown>} the data of each event
 */
export async function* eventsIn(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const line = block.split('\n').find((one) => one.startsWith('data: '))
      if (line !== undefined) yield JSON.parse(line.slice(6))
    }
  }
}
