import { sameSecret } from '../../gateway/api-key.ts'

/** What of a request says where it comes from; header names in lower case. */
export interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Where browsers reach the host: an origin; undefined: whatever `Host` says. */
  readonly origin: string | undefined
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const CSRF_HEADER = 'x-csrf-token'

/** Whether a page of another site sent it, by what the browser says itself (Fetch Metadata, RFC 6454). */
export function isFromElsewhere({ headers, origin }: Sent): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const from = headers.origin
  if (from === undefined) return false
  if (typeof from !== 'string' || !URL.canParse(from)) return true
  if (origin !== undefined) return from !== origin
  return new URL(from).host !== headers.host
}

/**
 * Whether a request that came by a session's cookie may do what it asks: it changes nothing, or it is from here and
 * repeats what only pages from here can read.
 */
export function isOwnWish(sent: Sent, csrf: string | undefined): boolean {
  if (safeMethods.has(sent.method)) return true
  if (csrf === undefined || isFromElsewhere(sent)) return false
  const repeated = sent.headers[CSRF_HEADER]
  return typeof repeated === 'string' && sameSecret(Buffer.from(repeated), Buffer.from(csrf))
}
