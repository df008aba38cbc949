import type { CodedError } from '@signalbox/sdk/errors'

const REALM = 'Bearer realm="signalbox"'

/**
 * `WWW-Authenticate` of a refusal (RFC 6750 §3): without an error where nothing was sent that could be one.
 * @returns undefined where no other token would help
 */
export function bearerChallenge({ code, status, message }: CodedError): string | undefined {
  if (code === 'CORE_TOKEN_INVALID' || code === 'CORE_CREDENTIAL_EXPIRED') {
    return `${REALM}, error="invalid_token", error_description="${quotable(message)}"`
  }
  if (code === 'CORE_SCOPE_MISSING') return `${REALM}, error="insufficient_scope"`
  return status === 401 ? REALM : undefined
}

/** §3: neither quotes nor backslashes, and nothing but ASCII. */
function quotable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|["\\]/g, "'")
}
