import { CHUNK_BYTES } from './blob-limits.ts'

/** A part of a blob or an asset, as a guest asks for it: whole numbers, and no more than one answer holds. */
export const partSchema = {
  offset: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  length: { type: 'integer', minimum: 0, maximum: CHUNK_BYTES },
} as const
