import { Fields } from '../der/fields.ts'
import type { DerNode } from '../der/read-der.ts'
import { oidOf, Tag } from '../der/values.ts'

/** RFC 5652 §5.3. */
export interface Attribute {
  readonly type: string
  readonly values: readonly DerNode[]
}

export const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
  commitmentType: '1.2.840.113549.1.9.16.2.16',
  signaturePolicy: '1.2.840.113549.1.9.16.2.15',
  /** Adobe's, of signatures before PAdES. */
  revocationInfoArchival: '1.2.840.113583.1.1.8',
} as const

/** `SET OF Attribute`, under whatever tag it stands. */
export function attributesOf(set: DerNode): readonly Attribute[] {
  return set.children.map((node) => {
    const fields = new Fields(node)
    const type = oidOf(fields.take())
    const values = new Fields(fields.take(), Tag.set).rest()
    fields.end()
    return { type, values }
  })
}

/** Of several of one type, the first. */
export function attributeOf(attributes: readonly Attribute[], type: string): Attribute | undefined {
  return attributes.find((attribute) => attribute.type === type)
}
