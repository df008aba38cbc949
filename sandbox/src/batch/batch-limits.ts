const MB = 1024 * 1024

/** Bootstrap, bundle and link of an isolate, each of which may take a second. */
export const LOAD_MS = 3000

/**
 * Beyond a limit, until the process is ended. More than a call lane has: a batch process gives way to all others,
 * and its loss costs every batch in it.
 */
export const GRACE_MS = 500

/** Of one morsel. Larger than what morsels are cut to: eight rows stay together, whatever their size. */
export const MAX_INPUT_BYTES = 16 * MB
/** Of one morsel's result; who needs more is run again on fewer rows. */
export const MAX_RESULT_BYTES = 16 * MB
/** Of the memory file, for one morsel on its way. */
export const REGION_BYTES = MAX_INPUT_BYTES + MAX_RESULT_BYTES

export interface BatchLimits {
  /** Threads of a batch process. */
  readonly threads: number
  /** Longest a guest may compute on one morsel. */
  readonly morselMs: number
  readonly morselRows: number
  readonly morselBytes: number
  /** Batches that are accepted and not over, in total and of one tenant. */
  readonly maxBatches: number
  readonly maxBatchesPerTenant: number
  /** Bytes that they hold in the host. */
  readonly maxBytes: number
  readonly maxResidentMb: number
  readonly retireResidentMb: number
  readonly useNodeSnapshot: boolean
  readonly niceness: number
}

/**
 * Research on a 2-core machine: morsels of 16k to 64k rows cost within a tenth of the best; 5 s is what a stuck
 * morsel may keep a worker from others.
 */
export const defaultBatchLimits: Omit<BatchLimits, 'threads'> = {
  morselMs: 5000,
  morselRows: 64 * 1024,
  morselBytes: 4 * MB,
  maxBatches: 64,
  maxBatchesPerTenant: 16,
  maxBytes: 512 * MB,
  maxResidentMb: 1024,
  retireResidentMb: 768,
  useNodeSnapshot: false,
  niceness: 10,
}

/** A batch is cut so that every thread has work, but no finer than this: a hand-over costs as much as a thousand rows. */
export const MIN_MORSEL_ROWS = 16 * 1024
