import { CodedError } from '@signalbox/sdk/errors'
import { AuthorizationResponseError, ResponseBodyError } from 'openid-client'

interface Failure {
  readonly code: 'SSO_REFUSED' | 'SSO_UNAVAILABLE'
  /** A word of a standard or of ours: never a text that a provider wrote. */
  readonly reason: string
}

/** Codes of openid-client that say that the provider is not there, or not itself, rather than that it said no. */
const away: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
])

/** What a failed talk with a provider means to whoever signs in. */
export function failureOf(error: unknown): Failure {
  const coded = codedOf(error)
  if (coded !== undefined) return { code: 'SSO_UNAVAILABLE', reason: coded.code }
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const isAway = error.error === 'temporarily_unavailable' || error.error === 'server_error'
    return { code: isAway ? 'SSO_UNAVAILABLE' : 'SSO_REFUSED', reason: wordOf(error.error) }
  }
  const code = wordOf((error as { code?: unknown } | null)?.code)
  return { code: away.has(code) ? 'SSO_UNAVAILABLE' : 'SSO_REFUSED', reason: code }
}

/** Of the guard that its requests go through, however deep it lies. */
function codedOf(error: unknown): CodedError | undefined {
  let at: unknown = error
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at instanceof CodedError) return at
    at = at.cause
  }
  return undefined
}

/** RFC 6749 lets an error be any text; its words are short and plain. */
function wordOf(text: unknown): string {
  return typeof text === 'string' && /^[A-Za-z_]{1,60}$/.test(text) ? text : 'unknown'
}
