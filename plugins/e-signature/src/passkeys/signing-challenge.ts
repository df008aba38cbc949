import { digest } from '../algorithms/digests.ts'
import { concatBytes } from '../der/bytes.ts'

/** What a person agrees to with a passkey: all of it goes into the challenge, and so under the authenticator's signature. */
export interface SigningIntent {
  readonly envelope: string
  readonly recipient: string
  /** SHA-256 of each document as the person saw it, hexadecimal, in the order of the envelope. */
  readonly documents: readonly string[]
  /** Drawn for this attempt, 16 bytes or more: what makes an old agreement useless. */
  readonly nonce: Uint8Array
}

/** Tells this digest from any other that a passkey might be asked for. */
const DOMAIN = 'signalbox e-signature passkey 1'

/** The challenge of a signature: SHA-256 of the intent, each part with its length before it, so that none runs into another. */
export function signingChallenge({
  envelope,
  recipient,
  documents,
  nonce,
}: SigningIntent): Uint8Array {
  const encoder = new TextEncoder()
  const texts = [DOMAIN, envelope, recipient, String(documents.length), ...documents]
  const parts = [...texts.map((text) => encoder.encode(text)), nonce]
  return digest('sha256', concatBytes(...parts.flatMap((part) => [lengthOf(part), part])))
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length)
}
