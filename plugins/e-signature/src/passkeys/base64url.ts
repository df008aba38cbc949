import { latin1 } from '../der/bytes.ts'
import { Malformed } from '../der/malformed.ts'

/** Without padding, as WebAuthn's JSON has it (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(latin1(bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @throws Malformed `PASSKEY_MALFORMED` */
export function fromBase64Url(text: string): Uint8Array {
  const isEncoded = /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1
  if (!isEncoded) throw new Malformed('PASSKEY_MALFORMED', 'it is no base64url')
  const padded = text.replaceAll('-', '+').replaceAll('_', '/')
  const padding = '='.repeat((4 - (padded.length % 4)) % 4)
  return Uint8Array.from(atob(padded + padding), (character) => character.charCodeAt(0))
}
