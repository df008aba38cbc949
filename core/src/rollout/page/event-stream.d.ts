export function eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown>
