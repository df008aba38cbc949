import type { Caller } from './caller.ts'
import type { StreamedEvent, StreamOptions } from './client-options.ts'
import { backOffMs, isPassing, MAX_WAIT_MS } from './retry-rules.ts'
import { streamParts } from './server-sent-events.ts'
import { ServiceError } from './service-error.ts'

/** Where a stream is, kept over its connections. */
interface Reading {
  place: string | undefined
  waitMs: number
  failures: number
}

/** One connection after the other, each behind the last event of the one before. */
export async function* streamEvents(
  caller: Caller,
  path: string,
  { types, key, after, signal = new AbortController().signal }: StreamOptions = {},
): AsyncGenerator<StreamedEvent> {
  const query = new URLSearchParams({
    ...(types === undefined ? {} : { types: types.join(',') }),
    ...(key === undefined ? {} : { key }),
  })
  const reading: Reading = { place: after, waitMs: 1000, failures: 0 }
  while (!signal.aborted) {
    try {
      yield* connection(caller, `${path}?${query}`, reading, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ServiceError && !isPassing(error.status, error.code)) throw error
      reading.failures += 1
    }
    const jitter = backOffMs(reading.failures, caller.time.random())
    const pause = Math.min(MAX_WAIT_MS, reading.waitMs + jitter)
    await caller.time.sleep(pause, signal).catch(() => undefined)
  }
}

async function* connection(
  caller: Caller,
  path: string,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent> {
  const { place } = reading
  const headers = {
    accept: 'text/event-stream',
    ...(place === undefined ? {} : { 'last-event-id': place }),
  }
  const { body } = await caller.send({ path, init: { headers }, mayRepeat: true, signal })
  if (body === null) return
  for await (const part of streamParts(body)) {
    reading.failures = 0
    reading.place = part.id ?? reading.place
    reading.waitMs = part.retry ?? reading.waitMs
    // What the key, the token or the subscription ended is asked for anew, and refused then if it is over.
    if (part.event === 'end') return
    if (part.data === undefined) continue
    const event = JSON.parse(part.data) as StreamedEvent['event']
    yield { place: reading.place ?? '', event }
  }
}
