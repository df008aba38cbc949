import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'

/** What one append of a stream writes: the largest statement of the host is about a megabyte. */
export const STREAM_PART_BYTES = 6 * CHUNK_BYTES

/** A read that began before a delete finds its bytes for as long. */
export const GARBAGE_KEPT_MS = 60_000
