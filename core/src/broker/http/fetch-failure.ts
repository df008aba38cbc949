/** What a failed connection is told by: a class, and for TLS the word of OpenSSL or Node. Never an address. */
export type FetchFailure =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly reason: string }

const timeouts: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
])

const resets: ReadonlySet<string> = new Set([
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
])

/** Nothing was sent: the next address of the same name may be tried. */
const unconnected: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

export function isUnconnected(error: unknown): boolean {
  return unconnected.has(codeOf(error))
}

export function failureOf(error: unknown): FetchFailure {
  const code = codeOf(error)
  if (timeouts.has(code)) return { kind: 'timeout' }
  if (unconnected.has(code)) return { kind: 'failed', reason: 'connect' }
  if (resets.has(code)) return { kind: 'failed', reason: 'reset' }
  if (/^Z_|^ERR_(BROTLI|ZLIB|ZSTD|_ERROR)/.test(code)) return { kind: 'failed', reason: 'encoding' }
  // Certificate errors have no prefix of their own; they are the only other words of this form.
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$)/.test(code)) {
    return { kind: 'failed', reason: `tls: ${code}` }
  }
  return { kind: 'failed', reason: 'protocol' }
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
