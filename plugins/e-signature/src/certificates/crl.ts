import {
  type AlgorithmIdentifier,
  algorithmIdentifierOf,
} from '../algorithms/algorithm-identifier.ts'
import { signatureScheme, verifySignature } from '../algorithms/verify-signature.ts'
import { equalBytes } from '../der/bytes.ts'
import { Fields, insideOf } from '../der/fields.ts'
import { Malformed, readAs } from '../der/malformed.ts'
import { type DerNode, readDer } from '../der/read-der.ts'
import { bitStringOf, serialOf, smallIntegerOf, Tag, timeOf } from '../der/values.ts'
import type { Certificate } from './certificate.ts'
import { type Extension, extensionListOf } from './extensions.ts'
import { isSameName, type Name, nameOf } from './names.ts'

/** A list of revoked certificates (RFC 5280 §5). */
export interface Crl {
  readonly der: Uint8Array
  readonly issuer: Name
  /** Milliseconds since the epoch. */
  readonly thisUpdate: number
  readonly nextUpdate?: number
  readonly revoked: ReadonlyMap<string, RevokedEntry>
  /** What it covers other than all certificates of its issuer; a critical extension nobody here understands, too. */
  readonly scope: CrlScope
  readonly signedPart: Uint8Array
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

export interface RevokedEntry {
  readonly at: number
  /** CRLReason (§5.3.1), 1 is a compromised key; undefined where none is said. */
  readonly reason?: number
}

export type CrlScope = 'all' | 'users' | 'authorities' | 'delta' | 'indirect' | 'unknown'

export type CrlFault =
  | 'other-issuer'
  | 'may-not-sign-lists'
  | 'wrong-signature'
  | 'other-scope'
  | 'stale'
  | 'from-the-future'

const DELTA = '2.5.29.27'
const ISSUING_POINT = '2.5.29.28'
const REASON = '2.5.29.21'
const CERTIFICATE_ISSUER = '2.5.29.29'
const UNDERSTOOD: readonly string[] = [DELTA, ISSUING_POINT, '2.5.29.20', '2.5.29.35']

/** A million revoked certificates are beyond what a signature brings along. */
const LIMITS = { maxBytes: 8 * 1024 * 1024, maxValues: 500_000 }

/** @throws Malformed `CRL_MALFORMED` */
export function readCrl(der: Uint8Array): Crl {
  return readAs('CRL_MALFORMED', () => {
    const node = readDer(der, LIMITS)
    const fields = new Fields(node)
    const signedPart = fields.takeTagged(Tag.sequence)
    const signatureAlgorithm = algorithmIdentifierOf(fields.take())
    const signature = bitStringOf(fields.take())
    fields.end()
    const { innerAlgorithm, ...rest } = signedPartOf(signedPart)
    if (!equalBytes(innerAlgorithm.bytes, signatureAlgorithm.bytes)) {
      throw malformed('its two algorithms differ')
    }
    return { der, ...rest, signedPart: signedPart.bytes, signatureAlgorithm, signature }
  })
}

function signedPartOf(node: DerNode) {
  const fields = new Fields(node)
  const version = fields.takeIf(Tag.integer)
  if (version !== undefined && smallIntegerOf(version) !== 1) throw malformed('of another version')
  const innerAlgorithm = algorithmIdentifierOf(fields.take())
  const issuer = nameOf(fields.take())
  const thisUpdate = timeOf(fields.take())
  const next = fields.takeIf(Tag.utcTime, Tag.generalizedTime)
  const entries = fields.takeIf(Tag.sequence)?.children ?? []
  const extensionNode = fields.takeIf(0xa0)
  fields.end()
  const list = extensionNode === undefined ? [] : extensionListOf(insideOf(extensionNode))
  const read = entries.map(entryOf)
  const isIndirect = read.some(({ isOfAnother }) => isOfAnother)
  return {
    innerAlgorithm,
    issuer,
    thisUpdate,
    ...(next === undefined ? {} : { nextUpdate: timeOf(next) }),
    revoked: new Map(read.map(({ serial, entry }) => [serial, entry])),
    scope: isIndirect ? ('indirect' as const) : scopeOf(list),
  }
}

function entryOf(node: DerNode) {
  const fields = new Fields(node)
  const serial = serialOf(fields.take())
  const at = timeOf(fields.take())
  const extensions = fields.takeIf(Tag.sequence)
  fields.end()
  const list = extensions === undefined ? [] : extensionListOf(extensions)
  const reason = list.find(({ oid }) => oid === REASON)
  const isOfAnother = list.some(
    ({ oid, isCritical }) => oid === CERTIFICATE_ISSUER || (isCritical && oid !== REASON),
  )
  const entry: RevokedEntry =
    reason === undefined ? { at } : { at, reason: smallIntegerOf(readDer(reason.value)) }
  return { serial, entry, isOfAnother }
}

function scopeOf(list: readonly Extension[]): CrlScope {
  if (list.some(({ oid }) => oid === DELTA)) return 'delta'
  if (list.some(({ oid, isCritical }) => isCritical && !UNDERSTOOD.includes(oid))) return 'unknown'
  const point = list.find(({ oid }) => oid === ISSUING_POINT)
  return point === undefined ? 'all' : pointScope(point)
}

/** IssuingDistributionPoint (§5.2.5): its flags are primitives of one octet, FF where they stand at all. */
function pointScope({ value }: Extension): CrlScope {
  const tags = new Fields(readDer(value)).rest().map(({ tag }) => tag)
  if (tags.includes(0x84)) return 'indirect'
  // Only some reasons, or attribute certificates.
  if (tags.includes(0x83) || tags.includes(0x85)) return 'unknown'
  if (tags.includes(0x81)) return 'users'
  return tags.includes(0x82) ? 'authorities' : 'all'
}

export interface RevocationQuestion {
  readonly certificate: Certificate
  readonly issuer: Certificate
  /** For when it is asked, milliseconds since the epoch. */
  readonly at: number
  /** When the answer is judged, or is proven to have been there: nothing may be from later. */
  readonly now: number
}

/** How far clocks may be apart. */
export const MAX_SKEW_MS = 5 * 60_000

/** Why a list says nothing of a certificate; delta and indirect lists are refused. @returns none where it does say */
export function crlFaults(crl: Crl, question: RevocationQuestion): CrlFault[] {
  const { certificate, issuer, at, now } = question
  if (!isSameName(crl.issuer, issuer.subject) || !isSameName(crl.issuer, certificate.issuer)) {
    return ['other-issuer']
  }
  const isAuthority = certificate.extensions.basicConstraints?.ca === true
  const isInScope = crl.scope === 'all' || crl.scope === (isAuthority ? 'authorities' : 'users')
  const maySign = issuer.extensions.keyUsage?.includes('cRLSign') !== false
  const scheme = signatureScheme(crl.signatureAlgorithm)
  const signed = { message: crl.signedPart }
  const isSigned = verifySignature(issuer.publicKey, scheme, signed, crl.signature).valid
  const checks: readonly (readonly [boolean, CrlFault])[] = [
    [!isInScope, 'other-scope'],
    [!maySign, 'may-not-sign-lists'],
    [!isSigned, 'wrong-signature'],
    // Without nextUpdate, which RFC 5280 §5.1.2.5 demands, nobody can say how long it holds.
    [crl.nextUpdate === undefined || crl.nextUpdate < at, 'stale'],
    [crl.thisUpdate > now + MAX_SKEW_MS, 'from-the-future'],
  ]
  return checks.filter(([isFault]) => isFault).map(([, fault]) => fault)
}

function malformed(message: string): Malformed {
  return new Malformed('CRL_MALFORMED', message)
}
