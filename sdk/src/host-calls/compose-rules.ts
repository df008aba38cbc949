import {
  blobBudget,
  blobMissing,
  bytesOfData,
  MAX_UPLOAD_BYTES,
  sha256Schema,
  typeSchema,
} from './blob-rules.ts'
import { partSchema } from './byte-part.ts'
import type { CallRule } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'

/** A document with fifty signatures has a hundred and one; beyond it somebody joins what one blob should have held. */
export const MAX_COMPOSED_PARTS = 256

export const composeDigests = ['sha384', 'sha512', 'sm3'] as const
export type ComposeDigest = (typeof composeDigests)[number]

/** A part of a blob of the owner, or bytes in base64. */
export type AskedComposePart =
  | { readonly sha256: string; readonly offset?: number; readonly length?: number }
  | { readonly data: string }

export interface ComposeRequest {
  readonly parts: readonly AskedComposePart[]
  readonly type?: string
  readonly digests?: readonly ComposeDigest[]
}

export type DigestRequest = Pick<ComposeRequest, 'parts' | 'digests'>

/** A part whose bytes are known to be there. */
export type ComposedPart =
  | { readonly sha256: string; readonly offset: number; readonly length: number }
  | { readonly bytes: Buffer }

const strict = (properties: object, required: readonly string[]) =>
  ({ type: 'object', additionalProperties: false, required, properties }) as const
const { offset } = partSchema

export const composePartsSchema = {
  type: 'array',
  minItems: 1,
  maxItems: MAX_COMPOSED_PARTS,
  items: {
    oneOf: [
      strict({ sha256: sha256Schema, offset, length: offset }, ['sha256']),
      strict({ data: { type: 'string', maxLength: 260_000 } }, ['data']),
    ],
  },
} as const
const digests = {
  type: 'array',
  items: { enum: composeDigests },
  maxItems: 3,
  uniqueItems: true,
} as const
const always = { capability: 'blob:own', covers: () => true, budget: blobBudget } as const

/** `ctx.blobs.compose`: a blob of parts of others, which do not pass through the isolate. */
export const composeRule = {
  ...always,
  hasEffect: () => true,
  schema: strict({ parts: composePartsSchema, type: typeSchema, digests }, ['parts']),
} as const satisfies CallRule

/** `ctx.blobs.digest`: of what would be composed, which is not kept. */
export const digestRule = {
  ...always,
  hasEffect: () => false,
  schema: strict({ parts: composePartsSchema, digests }, ['parts']),
} as const satisfies CallRule

/**
 * Which bytes are meant, held to what is there: a part that reaches beyond its end would make another document
 * than was asked for, so it is refused and not cut short. Pure.
 * @param sizes of the owner's blobs, by name
 * @throws CORE_BLOB_MISSING, CORE_BLOB_RANGE, CORE_BLOB_UPLOAD_TOO_LARGE, CORE_INPUT_INVALID
 */
export function composedParts(
  owner: { readonly plugin: string },
  parts: readonly AskedComposePart[],
  sizes: ReadonlyMap<string, number>,
): { readonly parts: readonly ComposedPart[]; readonly size: number } {
  let reached = 0
  const found = parts.map((part): ComposedPart => {
    if ('data' in part) {
      const bytes = bytesOfData(part.data)
      reached += bytes.length
      return { bytes }
    }
    const { sha256, offset = 0 } = part
    const size = sizes.get(sha256)
    if (size === undefined) throw blobMissing(owner, sha256)
    const length = part.length ?? Math.max(0, size - offset)
    const end = offset + length
    if (end > size) throw hostRefusals.create('BLOB_RANGE', { sha256, size, offset: end })
    reached += length
    return { sha256, offset, length }
  })
  if (reached <= MAX_UPLOAD_BYTES) return { parts: found, size: reached }
  throw hostRefusals.create('BLOB_UPLOAD_TOO_LARGE', { reached, limit: MAX_UPLOAD_BYTES })
}
