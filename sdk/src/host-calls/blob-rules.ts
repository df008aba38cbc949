import { type AskedPart, CHUNK_BYTES, partOf, partSchema } from './byte-part.ts'
import type { CallRule } from './call-rule.ts'
import type { GcraLimit } from './gcra.ts'
import { hostRefusals } from './host-refusals.ts'

/** Characters of base64 in one message; the rest of its 262,144 is for what stands around. */
const MAX_DATA_LENGTH = 260_000

/**
 * Of one upload through `ctx`. Its bytes are read again when it is finished, to be named by their hash, and that
 * has to end within a call. What is larger comes over HTTP, where it is hashed on its way in.
 */
export const MAX_UPLOAD_BYTES = 128 * 1024 * 1024

export const MAX_OPEN_UPLOADS = 16

/** After its last part. Longer than any call, and short enough that what a killed call left does not fill the quota. */
export const UPLOAD_KEPT_MS = 3_600_000

/** All of `blobs.*` together, a plugin and tenant on a node: 18 MB a second, and a call's 200 host calls twice at once. */
export const blobBudget: GcraLimit = { ratePerS: 100, burst: 400 }

export const DEFAULT_TYPE = 'application/octet-stream'

/** Blobs on a page, where the request names no other number. */
export const DEFAULT_LISTED = 50

const token = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,62}'

/** RFC 9110 §8.3.1, with names as RFC 6838 §4.2 allows them: nothing in it can end a header's line. */
export const typeSchema = {
  type: 'string',
  pattern: `^${token}/${token}(; ?[A-Za-z0-9-]{1,20}=[A-Za-z0-9._-]{1,40}){0,3}$`,
} as const

export const sha256Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const
const dataSchema = { type: 'string', maxLength: MAX_DATA_LENGTH } as const
const uploadSchema = { type: 'string', pattern: '^upl_[0-9a-f]{24}$' } as const

export interface NamedBlob {
  readonly sha256: string
}

export interface BlobWrite {
  /** Left out: a new upload. */
  readonly upload?: string
  readonly type?: string
  readonly offset: number
  readonly data: string
}

const always = { capability: 'blob:own', covers: () => true, budget: blobBudget } as const
const reading = { ...always, hasEffect: () => false } as const
const writing = { ...always, hasEffect: () => true } as const
const strict = (properties: object, required: readonly string[]) =>
  ({ type: 'object', additionalProperties: false, required, properties }) as const
const named = strict({ sha256: sha256Schema }, ['sha256'])
const ofUpload = strict({ upload: uploadSchema }, ['upload'])

/** `ctx.blobs`: the plugin's own files in this tenant, whichever version asks. */
export const blobRules = {
  'blobs.get': { ...reading, schema: strict({ sha256: sha256Schema, ...partSchema }, ['sha256']) },
  'blobs.stat': { ...reading, schema: named },
  'blobs.list': {
    ...reading,
    schema: strict(
      { cursor: sha256Schema, limit: { type: 'integer', minimum: 1, maximum: 200 } },
      [],
    ),
  },
  'blobs.put': { ...writing, schema: strict({ data: dataSchema, type: typeSchema }, ['data']) },
  'blobs.delete': { ...writing, schema: named },
  'blobs.write': {
    ...writing,
    schema: strict(
      { upload: uploadSchema, type: typeSchema, offset: partSchema.offset, data: dataSchema },
      ['offset', 'data'],
    ),
  },
  'blobs.finish': { ...writing, schema: ofUpload },
  'blobs.abort': { ...writing, schema: ofUpload },
} as const satisfies Readonly<Record<string, CallRule>>

/** Base64 in its one form: what Node would skip over is refused. @throws CORE_INPUT_INVALID */
export function bytesOfData(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64')
  if (bytes.toString('base64') === data) return bytes
  const faults = [{ pointer: '/data', detail: 'is no base64' }]
  throw hostRefusals.create('INPUT_INVALID', {}, { faults })
}

interface Owner {
  readonly plugin: string
}

/** @returns CORE_BLOB_MISSING */
export function blobMissing({ plugin }: Owner, sha256: string): Error {
  return hostRefusals.create('BLOB_MISSING', { plugin, sha256 })
}

/** Which bytes of it are meant. @throws CORE_BLOB_RANGE, CORE_BLOB_TOO_LARGE */
export function blobPart(
  { sha256, size }: NamedBlob & { readonly size: number },
  asked: AskedPart,
): { readonly offset: number; readonly length: number } {
  const part = partOf(size, asked, CHUNK_BYTES)
  if (part.kind === 'part') return part
  if (part.kind === 'outside') {
    throw hostRefusals.create('BLOB_RANGE', { sha256, size, offset: part.offset })
  }
  const { reached } = part
  throw hostRefusals.create('BLOB_TOO_LARGE', { sha256, reached, limit: CHUNK_BYTES })
}

/** @throws CORE_BLOB_UPLOADS_TAKEN where one more may not be begun */
export function requireUploads({ plugin }: Owner, open: number): void {
  if (open < MAX_OPEN_UPLOADS) return
  throw hostRefusals.create('BLOB_UPLOADS_TAKEN', { plugin, limit: MAX_OPEN_UPLOADS })
}

/** @returns the size that the upload reaches. @throws CORE_BLOB_UPLOAD_OFFSET, CORE_BLOB_UPLOAD_TOO_LARGE */
export function requireUploadPart(
  { id, size }: { readonly id: string; readonly size: number },
  more: { readonly offset: number; readonly length: number; readonly maxBytes: number },
): number {
  const { offset, length, maxBytes } = more
  if (size !== offset) {
    throw hostRefusals.create('BLOB_UPLOAD_OFFSET', { upload: id, reached: size, offset })
  }
  const reached = offset + length
  if (reached <= maxBytes) return reached
  throw hostRefusals.create('BLOB_UPLOAD_TOO_LARGE', { reached, limit: maxBytes })
}

/** @returns CORE_BLOB_UPLOAD_MISSING */
export function uploadMissing({ plugin }: Owner, upload: string): Error {
  return hostRefusals.create('BLOB_UPLOAD_MISSING', { plugin, upload })
}
