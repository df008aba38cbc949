import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Header names in lower case, one value each. */
export type HookHeaders = Readonly<Record<string, string>>

interface SignedHook {
  readonly signatures: readonly Buffer[]
  readonly signed: Buffer
  /** Seconds since the epoch; undefined where the scheme has none. */
  readonly timestamp?: number
  /** What tells this message from its repetition. */
  readonly message?: string
}

interface HookScheme {
  /** @returns undefined where the request is not signed by the scheme at all */
  readonly read: (headers: HookHeaders, body: Buffer, header: string) => SignedHook | undefined
  readonly secret: (text: string) => Buffer
}

/** How old a signed time may be, and how far ahead: what Stripe and Standard Webhooks both propose. */
const TOLERANCE_S = 300

/** More than senders put side by side while they change a secret. */
const MAX_SIGNATURES = 8

const plain = (text: string) => Buffer.from(text)
const hex = (text: string) => Buffer.from(text, 'hex')

/** Every scheme of HMAC-SHA-256 that the host knows, as data: which header holds what, and what is signed. */
const schemes: Readonly<Record<string, HookScheme>> = {
  // Standard Webhooks 1.0.
  'standard-webhooks': {
    secret: (text) => Buffer.from(text.replace(/^whsec_/, ''), 'base64'),
    read: (headers, body) => {
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': text } = headers
      if (id === undefined || time === undefined || text === undefined) return undefined
      const parts = text.split(' ', MAX_SIGNATURES).filter((part) => part.startsWith('v1,'))
      return {
        signatures: parts.map((part) => Buffer.from(part.slice(3), 'base64')),
        signed: Buffer.concat([Buffer.from(`${id}.${time}.`), body]),
        timestamp: secondsOf(time),
        message: id,
      }
    },
  },
  // The id is not signed: it tells honest repetitions apart, no forged ones.
  github: {
    secret: plain,
    read: (headers, body) => {
      const text = headers['x-hub-signature-256']
      const id = headers['x-github-delivery']
      if (text?.startsWith('sha256=') !== true) return undefined
      const signatures = [hex(text.slice('sha256='.length))]
      return { signatures, signed: body, ...(id === undefined ? {} : { message: id }) }
    },
  },
  // A repetition by its sender has a new time; the same signature again is a replay.
  stripe: {
    secret: plain,
    read: (headers, body) => {
      const text = headers['stripe-signature']
      if (text === undefined) return undefined
      const fields = text.split(',', MAX_SIGNATURES + 1).map((part) => part.trim().split('=', 2))
      const time = fields.find(([name]) => name === 't')?.[1] ?? ''
      const signatures = fields
        .filter(([name]) => name === 'v1')
        .map(([, value]) => hex(value ?? ''))
      const signed = Buffer.concat([Buffer.from(`${time}.`), body])
      const message = createHash('sha256').update(signed).digest('hex')
      return { signatures, signed, timestamp: secondsOf(time), message }
    },
  },
  // Of the body alone, in whichever header: the sender gives nothing to know a replay by. Some name the scheme before it.
  'hmac-sha256-hex': {
    secret: plain,
    read: (headers, body, header) => {
      const text = headers[header]?.replace(/^(hmac-)?sha256(-hex)?=/, '')
      return text === undefined ? undefined : { signatures: [hex(text)], signed: body }
    },
  },
  'hmac-sha256-base64': {
    secret: plain,
    read: (headers, body, header) => {
      const text = headers[header]
      if (text === undefined) return undefined
      return { signatures: [Buffer.from(text, 'base64')], signed: body }
    },
  },
}

export type HookVerdict =
  | { readonly ok: true; readonly message: string | null }
  | { readonly ok: false; readonly reason: 'unsigned' | 'timestamp' | 'signature' }

/**
 * Judges a webhook over its raw bytes, in constant time. Pure.
 * @param signature as in the grant
 * @param now milliseconds since the epoch
 */
export function judgeHook(
  signature: string,
  secret: string,
  { headers, body }: { readonly headers: HookHeaders; readonly body: Buffer },
  now: number,
): HookVerdict {
  if (signature === 'none') return { ok: true, message: null }
  const [name = '', header = ''] = signature.split(':', 2)
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  const hook = scheme?.read(headers, body, header)
  if (scheme === undefined || hook === undefined) return { ok: false, reason: 'unsigned' }
  const { timestamp, message } = hook
  const isNow = timestamp === undefined || Math.abs(now / 1000 - timestamp) <= TOLERANCE_S
  if (!isNow) return { ok: false, reason: 'timestamp' }
  const expected = createHmac('sha256', scheme.secret(secret)).update(hook.signed).digest()
  const isSigned = hook.signatures.some((one) => isSame(one, expected))
  if (!isSigned) return { ok: false, reason: 'signature' }
  return { ok: true, message: message === undefined ? null : message.slice(0, 200) }
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/** NaN is no time near any. */
function secondsOf(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
}
