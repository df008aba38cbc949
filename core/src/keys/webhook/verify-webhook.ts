import { verifyBytes } from '../signature-schemes.ts'
import { type Verdict, type VerifyingKey, validBy } from '../verifying-key.ts'
import { type SignedMessage, signaturesIn, signedBytes, webhookScheme } from './standard-webhook.ts'

export interface WebhookVerifyRequest extends SignedMessage {
  /** The `webhook-signature` header: one or more, with spaces between. */
  readonly signatures: string
  /** Seconds; 300, when absent. */
  readonly toleranceS?: number
}

/** What Standard Webhooks' own libraries allow. */
const DEFAULT_TOLERANCE_S = 300

/** A message is of now and signed by one of the keys; whether its id was seen before is for the plugin to know. */
export async function verifyWebhook(
  request: WebhookVerifyRequest,
  keys: readonly VerifyingKey[],
  now: number,
): Promise<Verdict> {
  const { timestamp, toleranceS = DEFAULT_TOLERANCE_S } = request
  const isNow = Math.abs(now / 1000 - timestamp) <= toleranceS
  if (!isNow) return { valid: false, reason: 'timestamp' }
  const bytes = signedBytes(request)
  for (const key of keys) {
    const found = webhookScheme(key.algorithm)
    if (found === undefined) continue
    for (const signature of signaturesIn(request.signatures, found.version)) {
      if (await verifyBytes(found.scheme, key.verifier, bytes, signature)) {
        return validBy(key, found.version)
      }
    }
  }
  return { valid: false, reason: 'signature' }
}
