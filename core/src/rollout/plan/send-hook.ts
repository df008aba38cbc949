import { createHash } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import type { HostFetch } from '../../broker/http/host-fetch.ts'
import { coreErrors } from '../../errors.ts'
import type { Hook } from './hook.ts'
import { questionDeadlineMs } from './question.ts'

interface Ports {
  readonly fetch: HostFetch
  /** @throws CORE_HOST_KEY_ABSENT */
  readonly sign: (typ: string, payload: unknown) => Promise<string>
  readonly now: () => number
}

/** Asks the address of a hook. @returns what it answered, whatever that is */
export type SendHook = (
  hook: Hook,
  told: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<unknown>

/** An answer is `{ allow, reason }`: more is not one. */
const MAX_ANSWER_BYTES = 16 * 1024

/**
 * By the same door as what plugins ask outside: no private address unless the operator named it, a connection to
 * the address that was looked at. A redirection would let the address name another, so none is followed.
 * @returns the function; it throws the codes of fetch-errors.ts and CORE_ROLLOUT_HOOK_REFUSED
 */
export function sendHook({ fetch, sign, now }: Ports): SendHook {
  return async (hook, told, signal) => {
    const body = JSON.stringify(told)
    const answer = await fetch({
      owner: 'rollout hooks',
      url: hook.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await signature(body)) },
      body,
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs: questionDeadlineMs(hook),
      signal,
    })
    if (answer.status === 200) return answerOf(await answer.text())
    const { origin } = new URL(hook.url)
    throw coreErrors.create('ROLLOUT_HOOK_REFUSED', { origin, status: answer.status })
  }

  /** Who is asked can tell that this host asks, and what: a JWS by a key of `GET /v1/signing-keys`. */
  async function signature(body: string): Promise<Record<string, string>> {
    const digest = createHash('sha256').update(body).digest('base64url')
    try {
      const statement = { sha256: digest, iat: Math.floor(now() / 1000) }
      return { 'signalbox-signature': await sign('rollout-hook+jws', statement) }
    } catch (error) {
      if (error instanceof CodedError && error.code === 'CORE_HOST_KEY_ABSENT') return {}
      throw error
    }
  }
}

/** What is no JSON is no answer, and that is what it is then called. */
function answerOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
