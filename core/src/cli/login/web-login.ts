import { coreErrors } from '../../errors.ts'
import { HostClient } from '../host-client.ts'

/** What npm's own client asks for and polls: https://github.com/npm/npm-profile, `webAuth`. */
interface Begun {
  readonly loginUrl: string
  readonly doneUrl: string
}

interface Ports {
  /** Shown to the person who confirms: what it opens is never opened by itself. */
  readonly show: (loginUrl: string) => void
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/** As long as the marketplace waits for who confirms; see marketplace/src/login. */
const PATIENCE_MS = 5 * 60_000

/** Between two looks: what the marketplace says in Retry-After. */
const LOOK_MS = 1000

/**
 * Logs in to the marketplace of a host by a browser, as `npm login` does.
 * @returns the token of the publisher who confirmed
 * @throws CORE_LOGIN_NOT_CONFIRMED after five minutes; what the host refuses
 */
export async function webLogin(url: string, { show, now, sleep }: Ports): Promise<string> {
  const client = new HostClient({ url, token: undefined })
  const { loginUrl, doneUrl } = await client.request<Begun>('POST', '/npm/-/v1/login', {})
  show(shownAddress(loginUrl))
  const path = pathAt(url, doneUrl)
  const until = now() + PATIENCE_MS
  while (now() < until) {
    // Not confirmed yet is an answer without a token.
    const { token } = await client.request<{ token?: string }>('GET', path)
    if (token !== undefined) return token
    await sleep(LOOK_MS)
  }
  throw coreErrors.create('LOGIN_NOT_CONFIRMED', { url })
}

/** The secret of the login goes to the host that was asked, and to no other that its answer may name. */
function pathAt(url: string, doneUrl: string): string {
  const { pathname, search } = new URL(doneUrl, url)
  return `${pathname}${search}`
}

/** @throws CORE_ARGUMENT_INVALID for what no browser should be sent to */
function shownAddress(loginUrl: string): string {
  const isAddress = URL.canParse(loginUrl) && /^https?:$/.test(new URL(loginUrl).protocol)
  if (isAddress && !/[\s\p{Cc}]/u.test(loginUrl)) return loginUrl
  const reason = 'it answers a login with what is no address of a page'
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--url', reason })
}
