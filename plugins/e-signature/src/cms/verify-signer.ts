import { type DigestName, digest, digestOfOid } from '../algorithms/digests.ts'
import {
  type SignatureVerdict,
  signatureScheme,
  verifySignature,
  type Weakness,
} from '../algorithms/verify-signature.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { isSameName } from '../certificates/names.ts'
import { equalBytes } from '../der/bytes.ts'
import { readOrNothing } from '../der/malformed.ts'
import { octetStringOf, oidOf, timeOf } from '../der/values.ts'
import { type Attribute, attributeOf, attributeTypes } from './attributes.ts'
import type { SignedData, SignerInfo } from './signed-data.ts'
import { type SigningCertificateFault, signingCertificateFaults } from './signing-certificate.ts'

/** Why a signature does not hold: any one of them, and it says nothing of its content. */
export type SignerFault =
  | 'certificate-missing'
  | 'content-missing'
  | 'digest-algorithm-unsupported'
  | 'digest-mismatch'
  | 'content-type-mismatch'
  | 'attributes-malformed'
  | 'attribute-repeated'
  | 'signature-mismatch'
  | 'signature-algorithm-unsupported'
  | 'key-of-another-kind'
  | 'signing-certificate-differs'
  | 'signing-certificate-malformed'

/** What keeps a signature that holds from baseline B (ETSI EN 319 122-1 §6.3, EN 319 142-1 §6.3). */
export type BaselineFault =
  | SigningCertificateFault
  | 'not-der'
  | 'several-signers'
  | 'no-signed-attributes'
  | 'content-type-missing'
  | 'signing-time-in-attributes'
  | 'content-attached'
  | 'not-id-data'

export interface SignerVerdict {
  /** The signer's certificate, where it was found; whether to trust it is `validatePath`'s to say. */
  readonly certificate?: Certificate
  /** The content is what was signed, by the certificate's key. */
  readonly intact: boolean
  readonly faults: readonly SignerFault[]
  /** Such as `rsa-pkcs1-sha256`; undefined where none was verified. */
  readonly algorithm?: string
  readonly weaknesses: readonly Weakness[]
  /** As the signer claims it: milliseconds since the epoch. */
  readonly signingTime?: number
  /** RFC 3161 tokens over the signature, DER. */
  readonly timestamps: readonly Uint8Array[]
}

/**
 * Whether a signer's signature holds over the content (RFC 5652 §5.4, §5.6).
 * @param contentDigest of detached content, by the signer's own `digestAlgorithm` (`digestNameOf`); absent: the content
 *   is in the container
 * @param others certificates from elsewhere, where the container lacks the signer's
 */
export function verifySigner(
  data: SignedData,
  signer: SignerInfo,
  contentDigest?: Uint8Array,
  others: readonly Certificate[] = [],
): SignerVerdict {
  const certificate = signerCertificate(signer, [...data.certificates, ...others])
  const timestamps = timestampsOf(signer)
  const shared = { weaknesses: [], timestamps, ...claimedTime(signer.signedAttributes ?? []) }
  if (certificate === undefined) {
    return { ...shared, intact: false, faults: ['certificate-missing'] }
  }
  const name = digestNameOf(signer)
  const hash = contentDigest ?? hashOf(data, name)
  if (name === undefined || hash === undefined) {
    const fault = name === undefined ? 'digest-algorithm-unsupported' : 'content-missing'
    return { ...shared, certificate, intact: false, faults: [fault] }
  }
  const content = contentDigest === undefined ? data.content : undefined
  const verdict = verifyForms(certificate, signer, { name, hash, content })
  const faults = [
    ...attributeFaults(data, signer, hash),
    ...certificateFaults(signer, certificate),
    ...signatureFaults(verdict),
  ]
  return {
    ...shared,
    certificate,
    intact: faults.length === 0,
    faults,
    ...(verdict.algorithm === undefined ? {} : { algorithm: verdict.algorithm }),
    weaknesses: weaknessesOf(verdict, name),
  }
}

/** By what the content is to be hashed. @returns undefined where it is none that is known */
export function digestNameOf(signer: SignerInfo): DigestName | undefined {
  return digestOfOid(signer.digestAlgorithm.oid)
}

/** Of several by one name and number, the one that the signer meant (RFC 5035 §1): the others are there to mislead. */
function signerCertificate(
  signer: SignerInfo,
  among: readonly Certificate[],
): Certificate | undefined {
  const candidates = among.filter((it) => isIdentified(signer, it))
  const attributes = signer.signedAttributes ?? []
  return (
    candidates.find((it) => signingCertificateFaults(attributes, it).length === 0) ?? candidates[0]
  )
}

function isIdentified({ identifier }: SignerInfo, certificate: Certificate): boolean {
  if ('subjectKeyIdentifier' in identifier) {
    const own = certificate.extensions.subjectKeyIdentifier
    return own !== undefined && equalBytes(own, identifier.subjectKeyIdentifier)
  }
  const isSerial = certificate.serialNumber === identifier.serialNumber
  return isSerial && isSameName(certificate.issuer, identifier.issuer)
}

function hashOf({ content }: SignedData, name: DigestName | undefined): Uint8Array | undefined {
  return content === undefined || name === undefined ? undefined : digest(name, content)
}

interface SignedContent {
  readonly name: DigestName
  readonly hash: Uint8Array
  /** Undefined of detached content, whatever else the container may hold: that is not what is asked about. */
  readonly content: Uint8Array | undefined
}

function verifyForms(
  { publicKey }: Certificate,
  signer: SignerInfo,
  { name, hash, content }: SignedContent,
): SignatureVerdict {
  const scheme = signatureScheme(signer.signatureAlgorithm, name)
  const verify = (signed: Parameters<typeof verifySignature>[2]) =>
    verifySignature(publicKey, scheme, signed, signer.signature)
  if (signer.signedAttributes === undefined) {
    return verify(content === undefined ? { hash, by: name } : { message: content })
  }
  const verdicts = signer.signedAttributeForms.map((message) => verify({ message }))
  return verdicts.find(({ valid }) => valid) ?? (verdicts[0] as SignatureVerdict)
}

/** The content's digest is as strong as that of the attributes: either may be SHA-1. */
function weaknessesOf(verdict: SignatureVerdict, name: DigestName): readonly Weakness[] {
  if (!verdict.valid) return []
  const { weaknesses } = verdict
  const isWeaker = name === 'sha1' && !weaknesses.includes('sha1')
  return isWeaker ? ['sha1', ...weaknesses] : weaknesses
}

function signatureFaults(verdict: SignatureVerdict): SignerFault[] {
  if (verdict.valid) return []
  switch (verdict.reason) {
    case 'mismatch':
      return ['signature-mismatch']
    case 'unsupported-algorithm':
      return ['signature-algorithm-unsupported']
    case 'key-of-another-kind':
      return ['key-of-another-kind']
  }
}

/** §11.1, §11.2: both attributes once, with one value, and about this content. */
function attributeFaults(
  data: SignedData,
  { signedAttributes }: SignerInfo,
  hash: Uint8Array,
): SignerFault[] {
  if (signedAttributes === undefined) return []
  const types = signedAttributes.map(({ type }) => type)
  const faults: SignerFault[] = new Set(types).size < types.length ? ['attribute-repeated'] : []
  const messageDigest = attributeOf(signedAttributes, attributeTypes.messageDigest)
  const contentType = attributeOf(signedAttributes, attributeTypes.contentType)
  const claimed = readOrNothing(() => onlyValue(messageDigest, octetStringOf))
  const type = readOrNothing(() => onlyValue(contentType, oidOf))
  if (claimed === undefined || (contentType !== undefined && type === undefined)) {
    faults.push('attributes-malformed')
  }
  if (claimed !== undefined && !equalBytes(claimed, hash)) faults.push('digest-mismatch')
  if (type !== undefined && type !== data.contentType) faults.push('content-type-mismatch')
  return faults
}

function onlyValue<T>(
  attribute: Attribute | undefined,
  read: (node: Attribute['values'][number]) => T,
): T | undefined {
  const [value, another] = attribute?.values ?? []
  return value === undefined || another !== undefined ? undefined : read(value)
}

function certificateFaults(
  { signedAttributes = [] }: SignerInfo,
  certificate: Certificate,
): SignerFault[] {
  return signingCertificateFaults(signedAttributes, certificate).filter(
    (fault) => fault === 'signing-certificate-differs' || fault === 'signing-certificate-malformed',
  )
}

function claimedTime(attributes: readonly Attribute[]): { signingTime?: number } {
  const attribute = attributeOf(attributes, attributeTypes.signingTime)
  const signingTime = readOrNothing(() => onlyValue(attribute, timeOf))
  return signingTime === undefined ? {} : { signingTime }
}

function timestampsOf({ unsignedAttributes }: SignerInfo): Uint8Array[] {
  return unsignedAttributes
    .filter(({ type }) => type === attributeTypes.signatureTimestamp)
    .flatMap(({ values }) => values.map(({ bytes }) => bytes))
}

const ID_DATA = '1.2.840.113549.1.7.1'
/** GM/T 0010. */
const ID_SM2_DATA = '1.2.156.10197.6.1.4.2.1'

/** What of PAdES baseline B the container misses, for the one signer that it should have. */
export function baselineFaults(data: SignedData, certificate: Certificate): BaselineFault[] {
  const [signer] = data.signers
  const attributes = signer?.signedAttributes
  const has = (type: string) => attributeOf(attributes ?? [], type) !== undefined
  const isData = data.contentType === ID_DATA || data.contentType === ID_SM2_DATA
  const checks: readonly (readonly [boolean, BaselineFault])[] = [
    [data.deviations.length > 0, 'not-der'],
    [data.signers.length !== 1, 'several-signers'],
    [data.content !== undefined, 'content-attached'],
    [!isData, 'not-id-data'],
    [attributes === undefined, 'no-signed-attributes'],
    [!has(attributeTypes.contentType), 'content-type-missing'],
    [has(attributeTypes.signingTime), 'signing-time-in-attributes'],
  ]
  return [
    ...checks.filter(([isFault]) => isFault).map(([, fault]) => fault),
    ...signingCertificateFaults(attributes ?? [], certificate),
  ]
}
