import { digestAlgorithm } from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digestBytes } from '../algorithms/digests.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { compareBytes, equalBytes } from '../der/bytes.ts'
import { Fields, insideOf } from '../der/fields.ts'
import { Malformed, readAs } from '../der/malformed.ts'
import { readDer } from '../der/read-der.ts'
import {
  context,
  der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../der/write-der.ts'
import { attributeTypes } from './attributes.ts'
import { type HostAlgorithm, signatureAlgorithm } from './signature-algorithms.ts'
import { signingCertificateV2 } from './signing-certificate.ts'

const ID_DATA = '1.2.840.113549.1.7.1'
const ID_SIGNED_DATA = '1.2.840.113549.1.7.2'

export interface ToSign {
  readonly certificate: Certificate
  /** Of the bytes that the signature covers, by `hash`. */
  readonly documentDigest: Uint8Array
  readonly hash: DigestName
}

/**
 * What is signed of a document, as PAdES baseline B has it (ETSI EN 319 142-1 §6.3): content-type, message-digest and
 * signing-certificate-v2, and no signing-time, which a PDF keeps in its own dictionary.
 * @returns SET OF Attribute, DER, for the host's `ctx.keys.sign`
 */
export function signedAttributes({ certificate, documentDigest, hash }: ToSign): Uint8Array {
  if (documentDigest.length !== digestBytes[hash]) {
    throw new TypeError(`a digest by ${hash} has ${digestBytes[hash]} bytes`)
  }
  return setOf(
    attribute(attributeTypes.contentType, objectIdentifier(ID_DATA)),
    attribute(attributeTypes.messageDigest, octetString(documentDigest)),
    attribute(attributeTypes.signingCertificateV2, signingCertificateV2(certificate, hash)),
  )
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(type), setOf(value))
}

export interface SignedParts {
  /** The signer's. */
  readonly certificate: Certificate
  /** Of the authorities above, without the root or with it. */
  readonly chain: readonly Certificate[]
  /** SET OF Attribute, as it was signed. */
  readonly signedAttributes: Uint8Array
  readonly signature: Uint8Array
  readonly algorithm: HostAlgorithm
  /** RFC 3161 token over `signature`, DER: makes baseline B a baseline T. */
  readonly timestamp?: Uint8Array
}

/** ContentInfo with detached SignedData (RFC 5652 §5.1), of one signer, DER. */
export function buildSignedData(parts: SignedParts): Uint8Array {
  const byHash = digestAlgorithm(parts.algorithm.hash)
  const { certificate, chain } = parts
  const all = [certificate, ...chain].map((it) => it.der)
  const once = all.filter((one, index) => all.findIndex((it) => equalBytes(it, one)) === index)
  const signedData = sequence(
    integer(1),
    setOf(byHash),
    sequence(objectIdentifier(ID_DATA)),
    // A SET OF like the others: in DER it is in order, whichever certificate is the signer's.
    context(0, ...once.toSorted(compareBytes)),
    setOf(signerInfo(parts, byHash)),
  )
  return sequence(objectIdentifier(ID_SIGNED_DATA), context(0, signedData))
}

function signerInfo(parts: SignedParts, byHash: Uint8Array): Uint8Array {
  const { certificate, algorithm, signature, timestamp } = parts
  return sequence(
    integer(1),
    sequence(certificate.issuer.bytes, certificate.serialNumberDer),
    byHash,
    // [0] IMPLICIT instead of the tag of a SET that was signed.
    der(0xa0, readDer(parts.signedAttributes).content),
    signatureAlgorithm(algorithm),
    octetString(signature),
    ...(timestamp === undefined ? [] : [context(1, timestampAttribute(timestamp))]),
  )
}

function timestampAttribute(token: Uint8Array): Uint8Array {
  return attribute(attributeTypes.signatureTimestamp, token)
}

/**
 * A signature's container with a timestamp more, for signatures that were made while no authority answered; all that
 * was signed stays byte for byte.
 * @param bytes DER of one signer, without anything after it
 * @throws Malformed
 */
export function addSignatureTimestamp(bytes: Uint8Array, token: Uint8Array): Uint8Array {
  return readAs('CMS_MALFORMED', () => {
    const fields = new Fields(readDer(bytes))
    const type = fields.take().bytes
    const parts = new Fields(insideOf(fields.take())).rest()
    const signerSet = parts.at(-1)
    const [signer, another] = new Fields(signerSet, 0x31).rest()
    if (signer === undefined || another !== undefined) {
      throw new Malformed('CMS_MALFORMED', 'it has not exactly one signer')
    }
    const own = new Fields(signer).rest()
    const unsigned = own.at(-1)?.tag === 0xa1 ? own.at(-1) : undefined
    const kept = own.filter((it) => it !== unsigned).map((it) => it.bytes)
    const attributes = [...(unsigned?.children ?? []).map((it) => it.bytes)]
    const all = [...attributes, timestampAttribute(token)].toSorted(compareBytes)
    const signers = setOf(sequence(...kept, context(1, ...all)))
    const before = parts.slice(0, -1).map((it) => it.bytes)
    return sequence(type, context(0, sequence(...before, signers)))
  })
}
