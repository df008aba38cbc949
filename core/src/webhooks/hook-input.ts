import { safeParse } from 'secure-json-parse'
import type { HookHeaders } from './hook-signature.ts'

/** What a handler may know of the sender: never a signature, a cookie or an address. */
const shownHeaders = new Set([
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
  'x-github-delivery',
  'x-github-event',
  'x-event-id',
  'x-event-type',
  'x-request-id',
])

export interface Received {
  readonly id: string
  readonly headers: HookHeaders
  readonly body: Buffer
  readonly receivedAt: Date
}

/** What the handler of a webhook gets, as JSON text: the body parsed where it is JSON, else its bytes. */
export function hookInput(
  { id, headers, body, receivedAt }: Received,
  parsed: { readonly json: unknown } | undefined,
): string {
  const shown = Object.fromEntries(
    Object.entries(headers).filter(([name]) => shownHeaders.has(name)),
  )
  const content = parsed ?? { bodyBase64: body.toString('base64') }
  return JSON.stringify({ id, headers: shown, receivedAt: receivedAt.getTime(), ...content })
}

/** Deeper than senders write; a plugin is handed what fits the stack of whoever reads it, and the bytes of the rest. */
const MAX_DEPTH = 200

/** The body of a webhook, where it is JSON. */
export function hookBody({
  headers,
  body,
}: Pick<Received, 'headers' | 'body'>): { readonly json: unknown } | undefined {
  if (!/^application\/([a-z0-9.+-]+\+)?json\b/i.test(headers['content-type'] ?? ''))
    return undefined
  // Null is what the parser answers for what it refuses, too.
  const json: unknown = safeParse(body)
  return json === null || json === undefined || isTooDeep(json) ? undefined : { json }
}

/** Level by level, as half a megabyte of brackets ends any recursion. */
function isTooDeep(json: unknown): boolean {
  let level = [json]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    )
  }
  return false
}
