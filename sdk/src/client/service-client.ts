import { Caller } from './caller.ts'
import type { CallOptions, ClientOptions, ServiceShape, StreamOptions } from './client-options.ts'
import { type ClientTime, realTime } from './client-time.ts'
import { streamEvents } from './event-stream.ts'

/**
 * A client of one major of a data service, for browsers and Node 20 on. `Operations` says its methods: take what
 * `signalbox client` prints, which is this client with the types of a contract.
 * @throws of each method: ServiceError for a refusal; the reason of the signal when the caller or the time ends it; what
 *   `fetch` throws when the host cannot be reached.
 */
export function createServiceClient<Operations extends object>(
  { id, major, operations }: ServiceShape,
  options: ClientOptions,
  time: ClientTime = realTime,
): Operations {
  if (
    'document' in globalThis &&
    typeof options.key === 'string' &&
    options.key.startsWith('dsk_')
  ) {
    // biome-ignore lint/suspicious/noConsole: it is the page of an author that is warned, who has no other log of ours
    console.warn(
      'A key in a page can be read by whoever opens it: give the page tokens of minutes, see "key".',
    )
  }
  const caller = new Caller(options, time)
  const path = `/api/${id}/v${major}/`
  const stream = (wish?: StreamOptions) => streamEvents(caller, `${path}stream`, wish)
  const methods = Object.entries(operations).map(([name, { safe = false, delivery }]) => {
    const method = async (input: unknown, wish?: CallOptions): Promise<unknown> => {
      const response = await caller.call(path + name, safe, input, wish)
      return delivery === 'bytes' ? response : response.json()
    }
    return [name, method]
  })
  return Object.freeze({ stream, ...Object.fromEntries(methods) }) as Operations
}
