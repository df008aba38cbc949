import { AsnConvert } from '@peculiar/asn1-schema'

/**
 * Reads a value by its schema, and writes it again: the reader passes over fields and tags that the schema
 * does not have, and what was passed over must not be signed.
 * @throws where the value is not exactly what the schema says
 */
export function parseExactly<Type>(bytes: ArrayBuffer | Buffer, type: new () => Type): Type {
  const parsed = AsnConvert.parse(bytes, type)
  if (Buffer.from(AsnConvert.serialize(parsed)).equals(Buffer.from(bytes as Buffer))) return parsed
  throw new Error('a value has more to it than its schema')
}
