import {
  type AlgorithmIdentifier,
  algorithmIdentifierOf,
} from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digestOfOid } from '../algorithms/digests.ts'
import { Fields, insideOf } from '../der/fields.ts'
import { Malformed, readAs, readOrNothing } from '../der/malformed.ts'
import { type DerNode, readDer } from '../der/read-der.ts'
import {
  bitStringOf,
  octetStringOf,
  oidOf,
  serialOf,
  smallIntegerOf,
  Tag,
  timeOf,
} from '../der/values.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { extensionListOf } from './extensions.ts'
import { type Name, nameOf } from './names.ts'
import { OCSP_NONCE } from './ocsp-request.ts'

export type OcspResponse =
  | { readonly status: 'successful'; readonly basic: BasicResponse }
  | {
      readonly status:
        | 'malformed-request'
        | 'internal-error'
        | 'try-later'
        | 'signature-required'
        | 'unauthorized'
        | 'unknown'
    }

/** BasicOCSPResponse (RFC 6960 §4.2.1). */
export interface BasicResponse {
  /** Whole OCSPResponse, DER. */
  readonly der: Uint8Array
  readonly responder: { readonly name: Name } | { readonly keyHash: Uint8Array }
  /** Milliseconds since the epoch. */
  readonly producedAt: number
  readonly answers: readonly OcspAnswer[]
  readonly nonce?: Uint8Array
  readonly unknownCritical: readonly string[]
  readonly certificates: readonly Certificate[]
  readonly signedPart: Uint8Array
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

export interface OcspAnswer {
  /** Undefined: a digest that is not known here. */
  readonly hash?: DigestName
  readonly nameHash: Uint8Array
  readonly keyHash: Uint8Array
  readonly serialNumber: string
  readonly status:
    | { readonly status: 'good' }
    | { readonly status: 'revoked'; readonly at: number }
    | { readonly status: 'unknown' }
  readonly thisUpdate: number
  readonly nextUpdate?: number
  readonly unknownCritical: readonly string[]
}

const ID_BASIC = '1.3.6.1.5.5.7.48.1.1'
const failures = {
  1: 'malformed-request',
  2: 'internal-error',
  3: 'try-later',
  5: 'signature-required',
  6: 'unauthorized',
} as const

const LIMITS = { maxBytes: 256 * 1024, maxValues: 20_000 }

/** OCSPResponse, as it came over HTTP or stands in a DSS. @throws Malformed `OCSP_MALFORMED` */
export function readOcspResponse(der: Uint8Array): OcspResponse {
  return readAs('OCSP_MALFORMED', () => {
    const fields = new Fields(readDer(der, LIMITS))
    const code = smallIntegerOf(fields.takeTagged(Tag.enumerated))
    if (code !== 0) {
      return { status: failures[code as keyof typeof failures] ?? 'unknown' }
    }
    const body = new Fields(insideOf(fields.takeTagged(0xa0)))
    if (oidOf(body.take()) !== ID_BASIC) throw malformed('its kind is not known')
    return {
      status: 'successful',
      basic: basicOf(der, readDer(octetStringOf(body.take()), LIMITS)),
    }
  })
}

function basicOf(der: Uint8Array, node: DerNode): BasicResponse {
  const fields = new Fields(node)
  const signedPart = fields.takeTagged(Tag.sequence)
  const signatureAlgorithm = algorithmIdentifierOf(fields.take())
  const signature = bitStringOf(fields.take())
  const certificateNode = fields.takeIf(0xa0)
  fields.end()
  const nodes = certificateNode === undefined ? [] : insideOf(certificateNode).children.slice(0, 16)
  const certificates = nodes
    .map(({ bytes }) => readOrNothing(() => readCertificate(bytes)))
    .filter((it) => it !== undefined)
  const signed = { signedPart: signedPart.bytes, signatureAlgorithm, signature }
  return { der, ...dataOf(signedPart), certificates, ...signed }
}

/** ResponseData. */
function dataOf(node: DerNode) {
  const fields = new Fields(node)
  fields.takeIf(0xa0)
  const id = fields.take()
  const responder = responderOf(id)
  const producedAt = timeOf(fields.take())
  const answers = new Fields(fields.take()).rest().map(answerOf)
  const extensionNode = fields.takeIf(0xa1)
  fields.end()
  const list = extensionNode === undefined ? [] : extensionListOf(insideOf(extensionNode))
  const nonce = list.find(({ oid }) => oid === OCSP_NONCE)
  const others = list.filter(({ oid, isCritical }) => isCritical && oid !== OCSP_NONCE)
  return {
    responder,
    producedAt,
    answers,
    ...(nonce === undefined ? {} : { nonce: octetStringOf(readDer(nonce.value)) }),
    unknownCritical: others.map(({ oid }) => oid),
  }
}

function responderOf(node: DerNode): BasicResponse['responder'] {
  if (node.tag === 0xa1) return { name: nameOf(insideOf(node)) }
  if (node.tag === 0xa2) return { keyHash: octetStringOf(insideOf(node)) }
  throw malformed('its responder is not named')
}

/** SingleResponse. */
function answerOf(node: DerNode): OcspAnswer {
  const fields = new Fields(node)
  const id = new Fields(fields.take())
  const hash = digestOfOid(algorithmIdentifierOf(id.take()).oid)
  const [nameHash, keyHash] = [octetStringOf(id.take()), octetStringOf(id.take())]
  const serialNumber = serialOf(id.take())
  const status = statusOf(fields.take())
  const thisUpdate = timeOf(fields.take())
  const next = fields.takeIf(0xa0)
  const extensionNode = fields.takeIf(0xa1)
  fields.end()
  const list = extensionNode === undefined ? [] : extensionListOf(insideOf(extensionNode))
  return {
    ...(hash === undefined ? {} : { hash }),
    nameHash,
    keyHash,
    serialNumber,
    status,
    thisUpdate,
    ...(next === undefined ? {} : { nextUpdate: timeOf(insideOf(next)) }),
    unknownCritical: list.filter(({ isCritical }) => isCritical).map(({ oid }) => oid),
  }
}

function statusOf(node: DerNode): OcspAnswer['status'] {
  switch (node.tag) {
    case 0x80:
      return { status: 'good' }
    case 0xa1:
      return { status: 'revoked', at: timeOf(new Fields(node, 0xa1).take()) }
    case 0x82:
      return { status: 'unknown' }
    default:
      throw malformed('its status is none of the three')
  }
}

function malformed(message: string): Malformed {
  return new Malformed('OCSP_MALFORMED', message)
}
