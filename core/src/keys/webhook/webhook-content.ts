import { createHash } from 'node:crypto'
import type { SigningKey } from '../key-store.ts'
import { signBytes } from '../signature-schemes.ts'
import { contentRefusal, newestVersion, type SigningContent } from '../signing-content.ts'
import { signedBytes, webhookScheme } from './standard-webhook.ts'

export interface WebhookRequest {
  readonly id: string
  readonly payload: string
}

/**
 * The headers of a webhook that goes out; its time is the host's.
 * @throws CORE_SIGNED_CONTENT_REFUSED
 */
export function webhookContent(
  key: SigningKey,
  { id, payload }: WebhookRequest,
  now: number,
): SigningContent {
  const found = webhookScheme(key.algorithm)
  if (found === undefined) {
    throw contentRefusal('webhook', `a key of ${key.algorithm} signs no webhooks`)
  }
  const version = newestVersion(key.versions)
  const timestamp = Math.floor(now / 1000)
  const payloadSha256 = createHash('sha256').update(payload).digest('hex')
  return {
    version,
    detail: { algorithm: found.version, webhook: id, timestamp, payloadSha256 },
    sign: async (secret) => {
      const bytes = signedBytes({ id, timestamp, payload })
      const signature = (await signBytes(found.scheme, secret, bytes)).toString('base64')
      const header = `${found.version},${signature}`
      return { signature, algorithm: found.version, timestamp, header }
    },
  }
}
