import {
  type AlgorithmIdentifier,
  algorithmIdentifierOf,
} from '../algorithms/algorithm-identifier.ts'
import { type PublicKey, publicKeyOf } from '../algorithms/public-key.ts'
import {
  type SignatureVerdict,
  signatureScheme,
  verifySignature,
} from '../algorithms/verify-signature.ts'
import { equalBytes } from '../der/bytes.ts'
import { Fields, insideOf } from '../der/fields.ts'
import { Malformed, readAs } from '../der/malformed.ts'
import { type DerNode, readDer } from '../der/read-der.ts'
import { bitStringOf, serialOf, smallIntegerOf, Tag, timeOf } from '../der/values.ts'
import { type Extensions, extensionListOf, extensionsOf } from './extensions.ts'
import { isSameName, type Name, nameOf } from './names.ts'

/** An X.509 certificate (RFC 5280 §4.1), read; whether to trust it is `validatePath`'s to say. */
export interface Certificate {
  readonly der: Uint8Array
  readonly version: number
  /** Hexadecimal, without leading zeros. */
  readonly serialNumber: string
  /** The INTEGER as it stands there, for whoever names the certificate by it. */
  readonly serialNumberDer: Uint8Array
  readonly issuer: Name
  readonly subject: Name
  /** Milliseconds since the epoch, both included. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: PublicKey
  readonly extensions: Extensions
  /** What the issuer signed. */
  readonly signedPart: Uint8Array
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

/** Certificates have one to three thousand bytes. */
const LIMITS = { maxBytes: 128 * 1024, maxValues: 10_000 }

/** @throws Malformed (`CERTIFICATE_MALFORMED`) where it is not exactly one certificate in DER */
export function readCertificate(der: Uint8Array): Certificate {
  return readAs('CERTIFICATE_MALFORMED', () => certificateOf(readDer(der, LIMITS)))
}

function certificateOf(node: DerNode): Certificate {
  const fields = new Fields(node)
  const signedPart = fields.takeTagged(Tag.sequence)
  const signatureAlgorithm = algorithmIdentifierOf(fields.take())
  const signature = bitStringOf(fields.take())
  fields.end()
  const { innerAlgorithm, ...rest } = signedPartOf(signedPart)
  // What stands outside is not signed (RFC 5280 §4.1.1.2).
  if (!equalBytes(innerAlgorithm.bytes, signatureAlgorithm.bytes)) {
    throw malformed('its two algorithms differ')
  }
  return { der: node.bytes, ...rest, signedPart: signedPart.bytes, signatureAlgorithm, signature }
}

function signedPartOf(node: DerNode) {
  const fields = new Fields(node)
  const versionNode = fields.takeIf(0xa0)
  const version = versionNode === undefined ? 1 : smallIntegerOf(insideOf(versionNode)) + 1
  const serial = fields.take()
  const innerAlgorithm = algorithmIdentifierOf(fields.take())
  const issuer = nameOf(fields.take())
  const validity = new Fields(fields.take())
  const [notBefore, notAfter] = [timeOf(validity.take()), timeOf(validity.take())]
  validity.end()
  const subject = nameOf(fields.take())
  const publicKey = publicKeyOf(fields.take())
  fields.takeIf(0x81, 0xa1)
  fields.takeIf(0x82, 0xa2)
  const extensionNode = fields.takeIf(0xa3)
  fields.end()
  const list = extensionNode === undefined ? [] : extensionListOf(insideOf(extensionNode))
  if (list.length > 0 && version !== 3)
    throw malformed('it has extensions, but is not of version 3')
  const serialNumber = serialOf(serial)
  const names = { serialNumber, serialNumberDer: serial.bytes, issuer, subject }
  const extensions = extensionsOf(list)
  return { innerAlgorithm, version, ...names, notBefore, notAfter, publicKey, extensions }
}

/** Whether the holder of `issuer`'s key signed the certificate; names and rights are not looked at. */
export function verifyIssuedBy(certificate: Certificate, issuer: Certificate): SignatureVerdict {
  const scheme = signatureScheme(certificate.signatureAlgorithm)
  const signed = { message: certificate.signedPart }
  return verifySignature(issuer.publicKey, scheme, signed, certificate.signature)
}

export function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return isSameName(issuer, subject)
}

export function isSameCertificate(one: Certificate, other: Certificate): boolean {
  return equalBytes(one.der, other.der)
}

/** Whether the key identifiers, where both say one, are the same (RFC 5280 §4.2.1.1). */
export function isKeyOf(certificate: Certificate, issuer: Certificate): boolean {
  const wanted = certificate.extensions.authorityKeyIdentifier?.keyIdentifier
  const own = issuer.extensions.subjectKeyIdentifier
  return wanted === undefined || own === undefined || equalBytes(wanted, own)
}

function malformed(message: string): Malformed {
  return new Malformed('CERTIFICATE_MALFORMED', message)
}
