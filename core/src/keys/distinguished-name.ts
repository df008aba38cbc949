import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
} from '@peculiar/asn1-x509'

/** In the order in which they stand in a name, the widest first. */
const nameTypes = {
  country: '2.5.4.6',
  organization: '2.5.4.10',
  unit: '2.5.4.11',
  serialNumber: '2.5.4.5',
  commonName: '2.5.4.3',
} as const

export type NameFields = { readonly [Field in keyof typeof nameTypes]?: string }

/** X.520 allows these no other type than PrintableString. */
const PRINTABLE: ReadonlySet<string> = new Set(['country', 'serialNumber'])

/** A Name (RFC 5280 §4.1.2.4), DER: one attribute in each part, in UTF-8 where that is allowed. */
export function distinguishedName(fields: NameFields): Buffer {
  const parts = Object.entries(nameTypes).flatMap(([field, type]) => {
    const text = fields[field as keyof NameFields]
    if (text === undefined) return []
    const value = new AttributeValue(
      PRINTABLE.has(field) ? { printableString: text } : { utf8String: text },
    )
    return [new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])]
  })
  return Buffer.from(AsnConvert.serialize(new Name(parts)))
}
