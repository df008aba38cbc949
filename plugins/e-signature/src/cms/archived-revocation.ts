import { Fields, insideOf } from '../der/fields.ts'
import { readOrNothing } from '../der/malformed.ts'
import type { DerNode } from '../der/read-der.ts'
import { attributeOf, attributeTypes } from './attributes.ts'
import type { SignerInfo } from './signed-data.ts'

/** Evidence of revocation that stands in a signature itself, DER. */
export interface ArchivedRevocation {
  readonly crls: readonly Uint8Array[]
  readonly ocspResponses: readonly Uint8Array[]
}

/** Adobe's adbe-revocationInfoArchival (ISO 32000-2 §12.8.3.3.2), a signed attribute of signatures before PAdES. */
export function archivedRevocation({ signedAttributes = [] }: SignerInfo): ArchivedRevocation {
  const attribute = attributeOf(signedAttributes, attributeTypes.revocationInfoArchival)
  const [value] = attribute?.values ?? []
  const read = readOrNothing(() => {
    const fields = new Fields(value)
    const [crls, ocsp] = [fields.takeIf(0xa0), fields.takeIf(0xa1)]
    return { crls: listOf(crls), ocspResponses: listOf(ocsp) }
  })
  return read ?? { crls: [], ocspResponses: [] }
}

function listOf(node: DerNode | undefined): Uint8Array[] {
  if (node === undefined) return []
  return new Fields(insideOf(node)).rest().map(({ bytes }) => bytes)
}
