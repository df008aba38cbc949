/**
 * By what events of one key are drawn, with all that their handlers call: one request that lives on. No other id that
 * requests are drawn by begins like it.
 */
export function requestOfKey(tenant: string, key: string): string {
  return `${LASTING}${tenant} ${key}`
}

/**
 * By what somebody who has signed in is drawn while he looks at pages, which are many requests: he sees one version of
 * each. No tenant begins with a slash.
 */
export function requestOfSession(session: string): string {
  return `${LASTING}/session ${session}`
}

const LASTING = 'key '

/**
 * Whether a node may forget a request and meet it again, drawn as before: whoever counts draws would count the same
 * one many times over, and find the share wrong that a thousand keys happen to have.
 */
export function isLasting(requestId: string): boolean {
  return requestId.startsWith(LASTING)
}
