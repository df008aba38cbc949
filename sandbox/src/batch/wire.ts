import type { UdfSignature } from '@signalbox/sdk'
import type { ColumnType } from '../columns/column.ts'

/** What the frames between host and batch process mean; lane/wire/frame.ts is how they travel. */

/** Host → batch process. */
export const toBatch = {
  /** id = bundle; text = BundleRequest as JSON; payload = source. */
  bundle: 1,
  /** id = bundle. */
  forget: 2,
  /** id = morsel, number = bundle; text = MorselRequest as JSON. */
  morsel: 3,
  ping: 4,
} as const

/** Batch process → host. */
export const fromBatch = {
  ready: 1,
  /** id = morsel, number = CPU µs; text = MorselReport as JSON. */
  report: 2,
  pong: 3,
} as const

/** Descriptors of a batch process. */
export const SOCKET_FD = 3
export const MEMORY_FD = 4
/**
 * Where workers say what they begin, before they do: eight bytes, the morsel and a phase. The main thread of the process could not say
 * it in time, and only a worker knows when the guest's time begins to run.
 */
export const BEGIN_FD = 5
export const beginPhases = { load: 1, run: 2 } as const

export interface BundleRequest {
  /** Equal keys share an isolate within a worker. */
  readonly key: string
  readonly heapMb: number
}

export interface MorselRequest {
  /** As the frame has it; a worker reports by it. */
  readonly id: number
  readonly udf: string
  /** Absent: the function is only described, no data moves. */
  readonly data?: {
    /** Where the packed columns lie in the memory file, and where the packed result belongs. */
    readonly inputAt: number
    readonly inputBytes: number
    readonly rows: number
    readonly resultAt: number
    readonly resultBytes: number
  }
  /** For a function that does not say what it returns. */
  readonly returns: ColumnType
  readonly timeoutMs: number
  readonly now: number
}

export type MorselFault =
  | 'threw'
  | 'turn-timeout'
  | 'memory'
  | 'result'
  | 'output-too-large'
  | 'udf-missing'
  | 'signature'
  | 'arguments'
  | 'load-failed'

/** `row` counts from the morsel's first; -1 when it was no row's fault. */
export type MorselReport =
  | { readonly kind: 'described'; readonly signature: UdfSignature | null }
  | { readonly kind: 'ok'; readonly bytes: number; readonly heapMb: number }
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly row: number
      readonly message: string
    }
  | {
      readonly kind: 'failed'
      readonly fault: MorselFault
      readonly row: number
      readonly detail: string
    }
