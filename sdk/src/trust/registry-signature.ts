import { type KeyObject, sign, verify } from 'node:crypto'

/**
 * A registry's word for a version as npm has it (docs.npmjs.com, “About registry signatures”): ECDSA P-256 with
 * SHA-256 over `name@version:integrity`, DER, base64. It stands in `dist.signatures`, and npm's clients verify it.
 */
export interface RegistrySignature {
  readonly keyid: string
  readonly sig: string
}

export interface SignedVersion {
  readonly name: string
  readonly version: string
  /** Subresource integrity of the tarball, `sha512-…`. */
  readonly integrity: string
}

export function signVersion(version: SignedVersion, privateKey: KeyObject): string {
  return sign('sha256', message(version), privateKey).toString('base64')
}

export function isVersionSigned(
  version: SignedVersion,
  sig: string,
  publicKey: KeyObject,
): boolean {
  return verify('sha256', message(version), publicKey, Buffer.from(sig, 'base64'))
}

function message({ name, version, integrity }: SignedVersion): Buffer {
  return Buffer.from(`${name}@${version}:${integrity}`)
}
