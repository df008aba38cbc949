import { FIRST_KIND_OF_BYTES } from '@signalbox/sandbox/guest-side'

/** What a trusted process is told beyond the wire of lanes (toLane), and tells beyond fromLane. */

/**
 * Host → process. A call (toLane.call) carries in `text` the tenant, a line end and callHead(); in `payload` the
 * settings and, behind them, the input; `number` is the length of the settings in UTF-16 code units.
 */
export const toTrusted = {
  /** text = OpenRequest as JSON. The first frame. */
  open: 64,
  /** As toLane.call, and the answer is to be bytes. */
  callForBytes: 65,
  /** id = call, number = so many bytes more may be sent. */
  credit: 66,
} as const

/** Process → host. */
export const fromTrusted = {
  /** number = that of the ping. */
  pong: 64,
  /** id = call; text = file name, or nothing. The first byte is there; what ends the call ends the bytes. */
  bytesBegin: 65,
  /** id = call; text = what stood there instead. The handler gave something that is no bytes. */
  noBytes: 66,
  /** id = call; bytes = the next ones. Never more than there is credit for. */
  bytes: FIRST_KIND_OF_BYTES + 1,
} as const

/** Bytes of one answer that may be on their way or wait in the host: what its client is behind, at the most. */
export const CREDIT_BYTES = 256 * 1024

/** One frame of them: more would make other calls of the process wait. */
export const PIECE_BYTES = 64 * 1024

/** What any piece costs at the least: without it a host would hold a quarter of a million of one byte each. */
export const LEAST_COST = 256

export const creditFor = (bytes: number): number => Math.max(bytes, LEAST_COST)

export interface OpenRequest {
  /** Absolute path of the bundle. */
  readonly entry: string
  readonly maxOutputLength: number
}

/** An answer of 8 MiB in UTF-8 at its worst, and room for its frame; the same both ways. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024
