import { bitString, sequence } from './der-writer.ts'
import { type KeyAlgorithm, rulesOf } from './key-algorithms.ts'
import { type SignatureScheme, signBytes } from './signature-schemes.ts'

/** How a key signs requests and certificates. */
interface X509Signature {
  /** AlgorithmIdentifier, DER: RFC 4055, 5758 and 8410, GM/T 0006. */
  readonly identifier: Buffer
  readonly scheme: SignatureScheme
}

const ECDSA = { 256: '300a06082a8648ce3d040302', 384: '300a06082a8648ce3d040303' } as const
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** @throws for a shared secret, which is never certified and certifies nothing */
export function x509Signature(algorithm: KeyAlgorithm): X509Signature {
  const { family } = rulesOf(algorithm)
  switch (family) {
    case 'rsa':
      return {
        identifier: hex('300d06092a864886f70d01010b0500'),
        scheme: { family, digest: 'sha256', padding: 'pkcs1' },
      }
    case 'ecdsa':
      return algorithm === 'ec-p384'
        ? { identifier: hex(ECDSA[384]), scheme: { family, digest: 'sha384' } }
        : { identifier: hex(ECDSA[256]), scheme: { family, digest: 'sha256' } }
    case 'ed25519':
      return { identifier: hex('300506032b6570'), scheme: { family, digest: 'sha512' } }
    case 'sm2':
      return { identifier: hex('300a06082a811ccf55018375'), scheme: { family, digest: 'sm3' } }
    case 'hmac':
      throw new Error('a shared secret is never certified')
  }
}

/** @param content DER of what is signed. @param secret PKCS#8 DER. @returns SEQUENCE of content, algorithm and signature */
export async function signX509(
  algorithm: KeyAlgorithm,
  content: Buffer,
  secret: Buffer,
): Promise<Buffer> {
  const { identifier, scheme } = x509Signature(algorithm)
  return sequence(content, identifier, bitString(await signBytes(scheme, secret, content)))
}
