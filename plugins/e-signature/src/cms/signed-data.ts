import {
  type AlgorithmIdentifier,
  algorithmIdentifierOf,
} from '../algorithms/algorithm-identifier.ts'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { type Name, nameOf } from '../certificates/names.ts'
import { Fields, insideOf } from '../der/fields.ts'
import { Malformed, readAs, readOrNothing } from '../der/malformed.ts'
import { type DerNode, type Deviation, readBer } from '../der/read-der.ts'
import { signedSetForms } from '../der/to-der.ts'
import { octetStringOf, oidOf, serialOf, smallIntegerOf, Tag } from '../der/values.ts'
import { type Attribute, attributesOf } from './attributes.ts'

/** A signature's container (RFC 5652 §5), read; `verifySigner` judges it. */
export interface SignedData {
  readonly version: number
  readonly digestAlgorithms: readonly string[]
  /** Of what is signed: id-data of documents, TSTInfo of timestamps. */
  readonly contentType: string
  /** Absent of a detached signature. */
  readonly content?: Uint8Array
  readonly certificates: readonly Certificate[]
  /** That stand there, but could not be read: one of them may be the signer's. */
  readonly unreadableCertificates: number
  /** CertificateList, DER. */
  readonly crls: readonly Uint8Array[]
  /** OCSPResponse, DER (RFC 5940 §2.1). */
  readonly ocspResponses: readonly Uint8Array[]
  readonly signers: readonly SignerInfo[]
  /** Where the bytes are BER, but not DER. */
  readonly deviations: readonly Deviation[]
  /** After the value: zeros are the room that a PDF left for it. */
  readonly trailing: 'none' | 'zeros' | 'data'
  /** Of the value in the bytes given. */
  readonly length: number
}

export type SignerIdentifier =
  | { readonly issuer: Name; readonly serialNumber: string }
  | { readonly subjectKeyIdentifier: Uint8Array }

export interface SignerInfo {
  readonly version: number
  readonly identifier: SignerIdentifier
  readonly digestAlgorithm: AlgorithmIdentifier
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  /** Absent: the content itself is signed. */
  readonly signedAttributes?: readonly Attribute[]
  /** What is signed of them: by the tag of a SET, as they stand there and in DER (RFC 5652 §5.4). */
  readonly signedAttributeForms: readonly Uint8Array[]
  readonly unsignedAttributes: readonly Attribute[]
}

const ID_SIGNED_DATA = '1.2.840.113549.1.7.2'
/** GM/T 0010 has a tree of its own for SM2. */
const ID_SM2_SIGNED_DATA = '1.2.156.10197.6.1.4.2.2'
const ID_OCSP_RESPONSE = '1.3.6.1.5.5.7.16.2'

/** Two are a fault in a PDF, but there are files with them; hundreds are an attack. */
const MAX_SIGNERS = 16
const MAX_CERTIFICATES = 128

/**
 * @param bytes ContentInfo with SignedData, DER or BER; zeros after it are passed over
 * @throws Malformed `CMS_MALFORMED`, `DER_TOO_DEEP` or `DER_TOO_LARGE`
 */
export function readSignedData(bytes: Uint8Array): SignedData {
  return readAs('CMS_MALFORMED', () => {
    const { node, deviations, length } = readBer(bytes)
    const fields = new Fields(node)
    const type = oidOf(fields.take())
    const content = insideOf(fields.takeTagged(0xa0))
    fields.end()
    if (type !== ID_SIGNED_DATA && type !== ID_SM2_SIGNED_DATA) {
      throw malformed('its content is not SignedData')
    }
    const rest = bytes.subarray(length)
    const isZeros = rest.every((byte) => byte === 0)
    const trailing = rest.length === 0 ? 'none' : isZeros ? 'zeros' : 'data'
    return { ...signedDataOf(content), deviations, trailing, length }
  })
}

function signedDataOf(node: DerNode) {
  const fields = new Fields(node)
  const version = smallIntegerOf(fields.take())
  const digestAlgorithms = new Fields(fields.take(), Tag.set)
    .rest()
    .map((it) => algorithmIdentifierOf(it).oid)
  const encapsulated = new Fields(fields.take())
  const contentType = oidOf(encapsulated.take())
  const contentNode = encapsulated.takeIf(0xa0)
  encapsulated.end()
  const certificateNodes = fields.takeIf(0xa0)?.children ?? []
  const revocationNodes = fields.takeIf(0xa1)?.children ?? []
  const signerNodes = new Fields(fields.take(), Tag.set).rest()
  fields.end()
  if (signerNodes.length > MAX_SIGNERS) throw malformed('it has too many signers')
  if (certificateNodes.length > MAX_CERTIFICATES) throw malformed('it has too many certificates')
  return {
    version,
    digestAlgorithms,
    contentType,
    ...(contentNode === undefined ? {} : { content: octetStringOf(insideOf(contentNode)) }),
    ...certificatesOf(certificateNodes),
    crls: revocationNodes.filter(({ tag }) => tag === Tag.sequence).map(({ bytes }) => bytes),
    ocspResponses: revocationNodes.filter(({ tag }) => tag === 0xa1).flatMap(ocspOf),
    signers: signerNodes.map(signerInfoOf),
  }
}

function certificatesOf(nodes: readonly DerNode[]) {
  const read = nodes.map(({ bytes }) => readOrNothing(() => readCertificate(bytes)))
  const certificates = read.filter((it) => it !== undefined)
  return { certificates, unreadableCertificates: read.length - certificates.length }
}

/** OtherRevocationInfoFormat (RFC 5652 §10.2.1). */
function ocspOf({ children: [format, info] }: DerNode): Uint8Array[] {
  const isOcsp = format !== undefined && oidOf(format) === ID_OCSP_RESPONSE
  return isOcsp && info !== undefined ? [info.bytes] : []
}

function signerInfoOf(node: DerNode): SignerInfo {
  const fields = new Fields(node)
  const version = smallIntegerOf(fields.take())
  const identifier = identifierOf(fields.take())
  const digestAlgorithm = algorithmIdentifierOf(fields.take())
  const signed = fields.takeIf(0xa0)
  const signatureAlgorithm = algorithmIdentifierOf(fields.take())
  const signature = octetStringOf(fields.take())
  const unsigned = fields.takeIf(0xa1)
  fields.end()
  return {
    version,
    identifier,
    digestAlgorithm,
    signatureAlgorithm,
    signature,
    ...(signed === undefined ? {} : { signedAttributes: attributesOf(signed) }),
    signedAttributeForms: signed === undefined ? [] : signedSetForms(signed),
    unsignedAttributes: unsigned === undefined ? [] : attributesOf(unsigned),
  }
}

function identifierOf(node: DerNode): SignerIdentifier {
  if (node.tag === 0x80) return { subjectKeyIdentifier: node.content }
  const fields = new Fields(node)
  const issuer = nameOf(fields.take())
  const serialNumber = serialOf(fields.take())
  fields.end()
  return { issuer, serialNumber }
}

function malformed(message: string): Malformed {
  return new Malformed('CMS_MALFORMED', message)
}
