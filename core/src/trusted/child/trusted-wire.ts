/** What a trusted process is told beyond the wire of lanes (toLane), and tells beyond fromLane. */

/**
 * Host → process. A call (toLane.call) carries in `text` the tenant, a line end and callHead(); in `payload` the
 * settings and, behind them, the input; `number` is the length of the settings in UTF-16 code units.
 */
export const toTrusted = {
  /** text = OpenRequest as JSON. The first frame. */
  open: 64,
} as const

/** Process → host. */
export const fromTrusted = {
  /** number = that of the ping. */
  pong: 64,
} as const

export interface OpenRequest {
  /** Absolute path of the bundle. */
  readonly entry: string
  readonly maxOutputLength: number
}

/** An answer of 8 MiB in UTF-8 at its worst, and room for its frame; the same both ways. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024
