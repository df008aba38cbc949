import type { GcraLimit } from '@signalbox/sdk/host-calls/gcra'

/**
 * One piece of a blob, and the most that is read in one host call: with its base64 (a third more) and what stands
 * around it, it fits the 256 KiB of a message. The guest's writer sends pieces of this size (guestLimits.partBytes).
 */
export const CHUNK_BYTES = 180 * 1024

/** What one append of a stream writes: the largest statement of the host is about a megabyte. */
export const STREAM_PART_BYTES = 6 * CHUNK_BYTES

/** Characters of base64 in one message; the rest of its 262,144 is for what stands around. */
export const MAX_DATA_LENGTH = 260_000

/**
 * Of one upload through `ctx`. Its bytes are read again when it is finished, to be named by their hash, and that
 * has to end within a call. What is larger comes over HTTP, where it is hashed on its way in.
 */
export const MAX_UPLOAD_BYTES = 128 * 1024 * 1024

export const MAX_OPEN_UPLOADS = 16

/** After its last part. Longer than any call, and short enough that what a killed call left does not fill the quota. */
export const UPLOAD_KEPT_MS = 3_600_000

/** A read that began before a delete finds its bytes for as long. */
export const GARBAGE_KEPT_MS = 60_000

/** All of `blobs.*` together, a plugin and tenant on a node: 18 MB a second, and a call's 200 host calls twice at once. */
export const blobBudget: GcraLimit = { ratePerS: 100, burst: 400 }

export const DEFAULT_TYPE = 'application/octet-stream'

const token = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,62}'

/** RFC 9110 §8.3.1, with names as RFC 6838 §4.2 allows them: nothing in it can end a header's line. */
export const typeSchema = {
  type: 'string',
  pattern: `^${token}/${token}(; ?[A-Za-z0-9-]{1,20}=[A-Za-z0-9._-]{1,40}){0,3}$`,
} as const

export const sha256Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const
