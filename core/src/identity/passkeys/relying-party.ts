import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { coreErrors } from '../../errors.ts'

/** Whom passkeys are for (WebAuthn Level 3 §5.1.2): they work on this origin and nowhere else. */
export interface RelyingParty {
  /** The host's name: a passkey belongs to it for good. */
  readonly id: string
  readonly origin: string
}

/** @throws CORE_PUBLIC_URL_MISSING: browsers offer passkeys by a name over https, and on localhost */
export function relyingParty(publicUrl: string | null): RelyingParty {
  const url = publicUrl === null ? undefined : new URL(publicUrl)
  const isFit =
    url !== undefined &&
    (url.protocol === 'https:' || url.hostname === 'localhost') &&
    isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0
  if (!isFit) throw coreErrors.create('PUBLIC_URL_MISSING')
  return { id: url.hostname, origin: url.origin }
}

/** How authenticators know a user: nothing of it says who he is (§14.6.1), and it stays the same. */
export function userHandle(tenant: string, user: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`passkeys of ${tenant}/${user}`).digest())
}
