import { toBigInt } from '../der/bytes.ts'
import { Fields } from '../der/fields.ts'
import { Malformed } from '../der/malformed.ts'
import { type DerNode, readDer } from '../der/read-der.ts'
import { bitStringOf, integerOf, oidOf, Tag } from '../der/values.ts'
import { type AlgorithmIdentifier, algorithmIdentifierOf } from './algorithm-identifier.ts'

export type Curve = 'P-256' | 'P-384' | 'P-521'

export type PublicKey = { readonly spki: Uint8Array } & (
  | {
      readonly kind: 'rsa'
      readonly modulus: bigint
      readonly exponent: bigint
      readonly bits: number
    }
  /** The point as it stands there: 04, x and y, or compressed. */
  | { readonly kind: 'ec'; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly kind: 'sm2'; readonly point: Uint8Array }
  | { readonly kind: 'ed25519'; readonly key: Uint8Array }
  | { readonly kind: 'unknown'; readonly oid: string }
)

const RSA = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const EC = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'

/** RFC 5480 §2.1.1.1; SM2 by GM/T 0006. */
const curves: Readonly<Record<string, Curve | 'SM2'>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
  '1.2.156.10197.1.301': 'SM2',
}

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). @throws Malformed */
export function readPublicKey(der: Uint8Array): PublicKey {
  return publicKeyOf(readDer(der))
}

export function publicKeyOf(node: DerNode): PublicKey {
  const fields = new Fields(node)
  const algorithm = algorithmIdentifierOf(fields.take())
  const key = bitStringOf(fields.take())
  fields.end()
  const spki = node.bytes
  switch (algorithm.oid) {
    case RSA:
    case RSA_PSS:
      return { spki, ...rsaKey(key) }
    case EC:
      return { spki, ...ecKey(algorithm, key) }
    case ED25519:
      if (key.length !== 32) throw malformed('a key of Ed25519 has not 32 bytes')
      return { spki, kind: 'ed25519', key }
    default:
      return { spki, kind: 'unknown', oid: algorithm.oid }
  }
}

/** RFC 8017 §A.1.1. */
function rsaKey(der: Uint8Array) {
  const fields = new Fields(readDer(der))
  const modulus = integerOf(fields.take())
  const exponent = integerOf(fields.take())
  fields.end()
  if (modulus <= 0n || exponent <= 0n) throw malformed('a key of RSA has a number below one')
  return { kind: 'rsa', modulus, exponent, bits: modulus.toString(2).length } as const
}

function ecKey({ parameters }: AlgorithmIdentifier, point: Uint8Array) {
  // Curves that a key brings along are how certificates were forged (CVE-2020-0601): only names are read.
  const name = parameters?.tag === Tag.oid ? oidOf(parameters) : 'of its own'
  const curve = curves[name]
  if (curve === undefined) return { kind: 'unknown', oid: name } as const
  return curve === 'SM2'
    ? ({ kind: 'sm2', point } as const)
    : ({ kind: 'ec', curve, point } as const)
}

/** The two numbers of an ECDSA or SM2 signature (RFC 3279 §2.2.3). @returns undefined where it is none */
export function signaturePair(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  // r and s of P-521 and their heads take 139 bytes.
  if (der.length > 160) return undefined
  try {
    const fields = new Fields(readDer(der))
    const [r, s] = [positive(fields.take()), positive(fields.take())]
    fields.end()
    return { r, s }
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

function positive(node: DerNode): bigint {
  if (((node.content[0] ?? 0x80) & 0x80) !== 0) throw malformed('a number is negative')
  if (node.tag !== Tag.integer) throw malformed('a number is missing')
  return toBigInt(node.content)
}

function malformed(message: string): Malformed {
  return new Malformed('DER_MALFORMED', message)
}
