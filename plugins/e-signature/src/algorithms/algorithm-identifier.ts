import { Fields } from '../der/fields.ts'
import type { DerNode } from '../der/read-der.ts'
import { oidOf } from '../der/values.ts'
import { nullValue, objectIdentifier, sequence } from '../der/write-der.ts'
import { type DigestName, digestOid } from './digests.ts'

/** RFC 5280 §4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly oid: string
  readonly parameters?: DerNode
  /** DER, or BER where the file has it so. */
  readonly bytes: Uint8Array
}

export function algorithmIdentifierOf(node: DerNode | undefined): AlgorithmIdentifier {
  const fields = new Fields(node)
  const oid = oidOf(fields.take())
  const [parameters] = fields.rest()
  const bytes = (node as DerNode).bytes
  return parameters === undefined ? { oid, bytes } : { oid, parameters, bytes }
}

/** Of a digest: without parameters (RFC 5754 §2). */
export function digestAlgorithm(name: DigestName): Uint8Array {
  return sequence(objectIdentifier(digestOid(name)))
}

/** PKCS #1's signatures have a NULL (RFC 4055 §5), all others here have none. */
export function algorithmIdentifier(oid: string, parameters?: Uint8Array | null): Uint8Array {
  const rest = parameters === null ? [nullValue()] : parameters === undefined ? [] : [parameters]
  return sequence(objectIdentifier(oid), ...rest)
}
