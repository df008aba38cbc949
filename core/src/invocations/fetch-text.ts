/** The host call whose bodies cross in base64, where nothing that is marked could be found. */
const FETCH = 'http.fetch'

interface WithBody {
  readonly body?: unknown
}

/**
 * A request or an answer of `fetch` as it is kept: a body that is text stands in it as `{ "text": … }`, so that it
 * is redacted like any other text; bytes that are none stay as they are.
 */
export function readableFetch(name: string, value: unknown): unknown {
  const { body } = Object(value) as WithBody
  if (name !== FETCH || typeof body !== 'string') return value
  const bytes = Buffer.from(body, 'base64')
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? { ...(value as object), body: { text } } : value
}

/** As it crossed. */
export function sentFetch(name: string, value: unknown): unknown {
  const { body } = Object(value) as WithBody
  const { text } = Object(body) as { text?: unknown }
  if (name !== FETCH || typeof text !== 'string') return value
  return { ...(value as object), body: Buffer.from(text).toString('base64') }
}
