import { hash } from 'node:crypto'
import { parseItem } from 'structured-headers'
import { coreErrors } from '../../errors.ts'

/** A UUID has 36; some clients put an order's number and its line into it. */
const MAX_LENGTH = 200

/** Visible ASCII: what a client would put between quotes without escaping anything. */
const bare = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/

/**
 * The key of a request (draft-ietf-httpapi-idempotency-key-header): a String of RFC 9651, in quotes. Without quotes it is
 * taken as it stands, as most clients of today send it.
 * @throws CORE_IDEMPOTENCY_KEY_INVALID
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const text = String(header).trim()
  const key = text.startsWith('"') ? quoted(text) : text
  if (key !== undefined && key.length <= MAX_LENGTH && isPlain(key, text)) return key
  throw coreErrors.create('IDEMPOTENCY_KEY_INVALID', { maxLength: MAX_LENGTH })
}

function isPlain(key: string, text: string): boolean {
  return key !== '' && (text.startsWith('"') || bare.test(key))
}

function quoted(text: string): string | undefined {
  try {
    const [value] = parseItem(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** What tells two requests under one key apart. */
export function fingerprintOf(inputJson: string): Buffer {
  return hash('sha256', inputJson, 'buffer')
}
