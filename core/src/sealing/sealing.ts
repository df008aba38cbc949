import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits: nonce, tag, ciphertext. A tenant's data key
 * is new each day, so that far fewer than 2^32 messages, the bound for random nonces, meet under one key.
 */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/** @param boundTo what the ciphertext belongs to: moved to another row, tenant or key it does not open */
export function seal(key: Buffer, plain: Buffer, boundTo: readonly string[]): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData(boundTo))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** @throws when a single bit, the key or what it is bound to is another */
export function open(key: Buffer, sealed: Buffer, boundTo: readonly string[]): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(additionalData(boundTo))
    .setAuthTag(tag)
  const text = sealed.subarray(NONCE_BYTES + TAG_BYTES)
  return Buffer.concat([decipher.update(text), decipher.final()])
}

export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES)
}

/**
 * The key that wraps data keys, from a secret of the host: never the secret itself (RFC 5869).
 * @param purpose one secret gives another key to each
 */
export function wrappingKey(secret: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES))
}

/** Unambiguous: no two lists give the same bytes. */
function additionalData(parts: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(parts))
}
