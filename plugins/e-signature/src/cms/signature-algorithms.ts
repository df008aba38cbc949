import { algorithmIdentifier, digestAlgorithm } from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digestBytes, digestNames } from '../algorithms/digests.ts'
import { context, integer, sequence } from '../der/write-der.ts'

/** A signature by the name that the host gives it: `rsa-pss-sha256`, `ecdsa-sha384`, `ed25519`, `sm2-sm3`. */
export interface HostAlgorithm {
  readonly family: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'sm2'
  readonly hash: DigestName
}

/** @returns undefined where the host has signed by something that is written here by no identifier */
export function hostAlgorithm(name: string): HostAlgorithm | undefined {
  // RFC 8419 §3: attributes and content by SHA-512.
  if (name === 'ed25519') return { family: 'ed25519', hash: 'sha512' }
  if (name === 'sm2-sm3') return { family: 'sm2', hash: 'sm3' }
  const [, family, by] = /^(rsa-pkcs1|rsa-pss|ecdsa)-(sha(?:256|384|512))$/.exec(name) ?? []
  const hash = digestNames.find((it) => it === by)
  if (family === undefined || hash === undefined) return undefined
  return { family: family as HostAlgorithm['family'], hash }
}

const pkcs1Oids: Readonly<Partial<Record<DigestName, string>>> = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
}
const ecdsaOids: Readonly<Partial<Record<DigestName, string>>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
}

/** RFC 5754 §3, RFC 4056, RFC 8419, GM/T 0010. DER. */
export function signatureAlgorithm({ family, hash }: HostAlgorithm): Uint8Array {
  switch (family) {
    case 'rsa-pkcs1':
      return algorithmIdentifier(pkcs1Oids[hash] ?? '', null)
    case 'rsa-pss':
      return algorithmIdentifier('1.2.840.113549.1.1.10', pssParameters(hash))
    case 'ecdsa':
      return algorithmIdentifier(ecdsaOids[hash] ?? '')
    case 'ed25519':
      return algorithmIdentifier('1.3.101.112')
    case 'sm2':
      return algorithmIdentifier('1.2.156.10197.1.501')
  }
}

/** MGF1 and salt by the same digest (RFC 4055 §3.1); the trailer is the default, which DER leaves out. */
function pssParameters(hash: DigestName): Uint8Array {
  const byHash = digestAlgorithm(hash)
  return sequence(
    context(0, byHash),
    context(1, algorithmIdentifier('1.2.840.113549.1.1.8', byHash)),
    context(2, integer(digestBytes[hash])),
  )
}
