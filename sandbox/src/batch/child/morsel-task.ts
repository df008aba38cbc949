import type { UdfNulls } from '@signalbox/sdk'
import type { ColumnType } from '../../columns/column.ts'
import type { BatchHeader } from '../../columns/pack-columns.ts'

/** What the isolate is told of one morsel; the data lies in the buffer that it shares with its worker. */
export interface MorselTask {
  readonly udf: string
  /** Key of the prepared loop; empty for a columnar function. */
  readonly loop: string
  readonly header: BatchHeader
  readonly returns: ColumnType
  readonly nulls: UdfNulls
  readonly resultAt: number
  /** What the clock shows: the same for all morsels of a batch. */
  readonly now: number
}
