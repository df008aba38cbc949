import type { Grant } from './call-rule.ts'
import type { EchoMask } from './echo-mask.ts'
import { misfitOf, parseTarget } from './fetch-grant.ts'
import { hostRefusals } from './host-refusals.ts'
import { isSafe, nextMethod } from './redirect-rules.ts'
import { type HeaderPair, redirectedHeaders } from './request-headers.ts'

/** As many as the slowest sign-in needs; a loop is more. */
const MAX_REDIRECTIONS = 5

/** What is sent to one address; a redirection makes another of it. */
export interface Hop {
  readonly method: string
  readonly url: URL
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer | undefined
}

/** What was asked for at first: every hop is judged by it. */
interface RedirectedRequest {
  readonly plugin: string
  readonly grant: Grant
  readonly redirect: 'follow' | 'error' | 'manual'
  readonly mask: EchoMask
  /** Headers that hold a secret. */
  readonly withSecret: ReadonlySet<string>
}

/** @throws CORE_FETCH_REDIRECT_REFUSED, CORE_FETCH_NOT_GRANTED */
export function nextHop(
  hop: Hop,
  { plugin, grant, redirect, mask, withSecret }: RedirectedRequest,
  { status, location, followed }: { status: number; location: string; followed: number },
): Hop {
  const refuse = (reason: string) =>
    hostRefusals.create('FETCH_REDIRECT_REFUSED', { origin: hop.url.origin, reason })
  if (redirect === 'error') throw refuse('the plugin asked for none to be followed')
  if (followed >= MAX_REDIRECTIONS) throw refuse(`there are more than ${MAX_REDIRECTIONS}`)
  const url = parseTarget(location, hop.url)
  if (url === undefined) throw refuse('its address cannot be asked')
  const { method, hasBody } = nextMethod(status, hop.method)
  const isSameOrigin = url.origin === hop.url.origin
  // The audit names the origin of what changes something, and it was written before.
  if (!isSameOrigin && !isSafe(method)) throw refuse(`it would send ${method} to another origin`)
  if (!isSameOrigin && mask.isIn(url.href)) throw refuse('it would tell a secret to another origin')
  const misfit = misfitOf(grant, method, url)
  if (misfit !== undefined) {
    const value = mask.text(misfit.value)
    throw hostRefusals.create('FETCH_NOT_GRANTED', { plugin, part: misfit.part, value })
  }
  const headers = redirectedHeaders(hop.headers, { hasBody, isSameOrigin }, withSecret)
  return { method, url, headers, body: hasBody ? hop.body : undefined }
}
