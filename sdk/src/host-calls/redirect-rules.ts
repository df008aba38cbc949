const redirections: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export function isRedirection(status: number): boolean {
  return redirections.has(status)
}

/**
 * How the next request of a redirection is made (https://fetch.spec.whatwg.org/#http-redirect-fetch).
 * @returns the method, and whether the body goes along
 */
export function nextMethod(status: number, method: string): { method: string; hasBody: boolean } {
  const isPost = (status === 301 || status === 302) && method === 'POST'
  const isOther = status === 303 && method !== 'GET' && method !== 'HEAD'
  return isPost || isOther ? { method: 'GET', hasBody: false } : { method, hasBody: true }
}

export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
