import { digestAlgorithm } from '../algorithms/algorithm-identifier.ts'
import type { DigestName } from '../algorithms/digests.ts'
import { toBigInt } from '../der/bytes.ts'
import { boolean, integer, objectIdentifier, octetString, sequence } from '../der/write-der.ts'

export interface TimestampRequest {
  readonly hash: DigestName
  /** Of the signature's value, or of the bytes that a document's timestamp covers. */
  readonly digest: Uint8Array
  /** Drawn for this request, eight bytes or more: what makes an old answer useless. */
  readonly nonce: Uint8Array
  /** The authority's policy that the time is to be made under. */
  readonly policy?: string
}

/** TimeStampReq (RFC 3161 §2.4.1), DER, for `application/timestamp-query`; asks for the authority's certificate. */
export function timestampRequest({ hash, digest, nonce, policy }: TimestampRequest): Uint8Array {
  return sequence(
    integer(1),
    sequence(digestAlgorithm(hash), octetString(digest)),
    ...(policy === undefined ? [] : [objectIdentifier(policy)]),
    integer(toBigInt(nonce)),
    boolean(true),
  )
}
