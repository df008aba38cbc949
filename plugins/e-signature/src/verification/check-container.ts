import type { DigestName } from '../algorithms/digests.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { readSignedData, type SignedData, type SignerInfo } from '../cms/signed-data.ts'
import {
  baselineFaults,
  digestNameOf,
  type SignerFault,
  type SignerVerdict,
  verifySigner,
} from '../cms/verify-signer.ts'
import { readOrNothing } from '../der/malformed.ts'
import { readTimestampToken, type TimestampToken } from '../timestamps/timestamp-token.ts'
import type { FaultCode } from './faults.ts'
import type { FoundSignature } from './find-signatures.ts'

/** The value of a signature, read: which digest of the signed bytes it needs. */
export type Container =
  | {
      readonly kind: 'signature'
      readonly data: SignedData
      readonly signer: SignerInfo
      readonly by: DigestName
    }
  | { readonly kind: 'timestamp'; readonly token: TimestampToken; readonly by: DigestName }
  | { readonly kind: 'unreadable'; readonly fault: FaultCode }

const detached: readonly (string | undefined)[] = ['ETSI.CAdES.detached', 'adbe.pkcs7.detached']

export function readContainer(signature: FoundSignature): Container {
  const bytes = signature.contents?.bytes
  if (bytes === undefined) return { kind: 'unreadable', fault: 'CONTENTS_MISSING' }
  if (signature.isTimestamp) return readToken(bytes)
  if (!detached.includes(signature.subFilter))
    return { kind: 'unreadable', fault: 'SUBFILTER_UNSUPPORTED' }
  const data = readOrNothing(() => readSignedData(bytes))
  if (data === undefined) return { kind: 'unreadable', fault: 'CMS_MALFORMED' }
  const [signer, another] = data.signers
  if (signer === undefined || another !== undefined)
    return { kind: 'unreadable', fault: 'SEVERAL_SIGNERS' }
  const by = digestNameOf(signer)
  if (by === undefined) return { kind: 'unreadable', fault: 'UNSUPPORTED_ALGORITHM' }
  return { kind: 'signature', data, signer, by }
}

function readToken(bytes: Uint8Array): Container {
  const token = readOrNothing(() => readTimestampToken(bytes))
  if (token === undefined) return { kind: 'unreadable', fault: 'CMS_MALFORMED' }
  const by = token.info.hash
  if (by === undefined) return { kind: 'unreadable', fault: 'UNSUPPORTED_ALGORITHM' }
  return { kind: 'timestamp', token, by }
}

export interface CheckedSignature {
  readonly verdict: SignerVerdict
  readonly faults: readonly FaultCode[]
  readonly baseline: readonly string[]
}

const bySigner: Readonly<Record<SignerFault, FaultCode>> = {
  'certificate-missing': 'SIGNER_UNKNOWN',
  'content-missing': 'CMS_MALFORMED',
  'digest-algorithm-unsupported': 'UNSUPPORTED_ALGORITHM',
  'digest-mismatch': 'DIGEST_MISMATCH',
  'content-type-mismatch': 'CMS_MALFORMED',
  'attributes-malformed': 'CMS_MALFORMED',
  'attribute-repeated': 'CMS_MALFORMED',
  'signature-mismatch': 'SIGNATURE_MISMATCH',
  'signature-algorithm-unsupported': 'UNSUPPORTED_ALGORITHM',
  'key-of-another-kind': 'SIGNATURE_MISMATCH',
  'signing-certificate-differs': 'SIGNER_UNKNOWN',
  'signing-certificate-malformed': 'CMS_MALFORMED',
}

/** The container against the digest of the signed bytes. */
export function checkSignature(
  { data, signer }: Extract<Container, { kind: 'signature' }>,
  digest: Uint8Array,
  others: readonly Certificate[],
): CheckedSignature {
  // A detached container with a content of its own would sign that, and not the file (SWA by content).
  const verdict = verifySigner(data, signer, digest, others)
  const faults: FaultCode[] = verdict.faults.map((fault) => bySigner[fault])
  if (data.content !== undefined) faults.push('CMS_MALFORMED')
  if (data.trailing === 'data') faults.push('CMS_DATA_AFTER')
  if (data.unreadableCertificates > 0) faults.push('CERTIFICATE_UNREADABLE')
  if (verdict.weaknesses.length > 0) faults.push('WEAK_ALGORITHM')
  const baseline =
    verdict.certificate === undefined ? [] : baselineFaults(data, verdict.certificate)
  if (baseline.includes('signing-time-in-attributes')) faults.push('SIGNING_TIME_ATTRIBUTE')
  return { verdict, faults, baseline }
}
