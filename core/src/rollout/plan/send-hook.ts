import { createHash } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import { parseTarget } from '../../broker/http/fetch-grant.ts'
import type { Fetcher } from '../../broker/http/fetcher.ts'
import { coreErrors } from '../../errors.ts'
import { EchoMask } from '../../secrets/echo-mask.ts'
import type { Hook } from './hook.ts'
import { questionDeadlineMs } from './question.ts'

interface Ports {
  readonly fetcher: Pick<Fetcher, 'fetch'>
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
export function sendHook({ fetcher, sign, now }: Ports): SendHook {
  return async (hook, told, signal) => {
    const url = parseTarget(hook.url)
    if (url === undefined) throw coreErrors.create('INTERNAL')
    const body = Buffer.from(JSON.stringify(told))
    const timeoutMs = questionDeadlineMs(hook)
    const { status, body: answer } = await fetcher.fetch({
      plugin: 'signalbox',
      owner: 'signalbox rollout hooks',
      grant: {
        id: 'rollout-hook',
        capability: 'http:fetch',
        parameters: { origins: [url.origin], methods: ['POST'] },
      },
      method: 'POST',
      url,
      headers: [['content-type', 'application/json'], ...(await signature(body))],
      body,
      redirect: 'error',
      withSecret: new Set(),
      mask: new EchoMask([], new Map()),
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (status !== 200) {
      throw coreErrors.create('ROLLOUT_HOOK_REFUSED', { origin: url.origin, status })
    }
    return answerOf(answer)
  }

  /** Who is asked can tell that this host asks, and what: a JWS by a key of `GET /v1/signing-keys`. */
  async function signature(body: Buffer): Promise<[string, string][]> {
    const digest = createHash('sha256').update(body).digest('base64url')
    try {
      const statement = { sha256: digest, iat: Math.floor(now() / 1000) }
      return [['signalbox-signature', await sign('rollout-hook+jws', statement)]]
    } catch (error) {
      if (error instanceof CodedError && error.code === 'CORE_HOST_KEY_ABSENT') return []
      throw error
    }
  }
}

/** What is no JSON is no answer, and that is what it is then called. */
function answerOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
