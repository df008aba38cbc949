import type { AskedComposePart } from '@signalbox/sdk/host-calls/compose-rules'
import { digestNames } from '../key-algorithms.ts'
import { MAX_ATTRIBUTES_BYTES } from './signed-attributes.ts'

export const base64Schema = (maxBytes: number) =>
  ({
    type: 'string',
    minLength: 1,
    maxLength: Math.ceil(maxBytes / 3) * 4,
    pattern: '^[A-Za-z0-9+/]+={0,2}$',
  }) as const

/** What signing and verifying have in common. */
export const cmsProperties = {
  signedAttributes: base64Schema(MAX_ATTRIBUTES_BYTES),
  documentSha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  digestAlgorithm: { enum: digestNames },
  digest: { type: 'string', pattern: '^([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$' },
  padding: { enum: ['pkcs1', 'pss'] },
  profile: { enum: ['pades', 'cms'] },
} as const

export interface CmsRequest {
  /** Base64 of DER: a SET OF Attribute. */
  readonly signedAttributes: string
  /** Of the document's bytes, hexadecimal: the blob that the signature is about. */
  readonly documentSha256: string
  /** Of which the document is put together, where no blob is the document itself. */
  readonly documentParts?: readonly AskedComposePart[]
  readonly digestAlgorithm: (typeof digestNames)[number]
  /** Of the same bytes by that algorithm, hexadecimal; left out for `sha256`. */
  readonly digest?: string
  /** Of an RSA signature; `pkcs1`, when absent. */
  readonly padding?: 'pkcs1' | 'pss'
  /** `pades`, when absent. */
  readonly profile?: 'pades' | 'cms'
}
