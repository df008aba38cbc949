import type { UdfSignature } from '@signalbox/sdk'
import type { CodedError } from '@signalbox/sdk/errors'
import type { Column, ColumnType } from '../columns/column.ts'
import type { IsolateSpec } from '../lane/guest-call.ts'

/** What an isolate of a batch lane is made of: as that of a call, without what only calls have. */
export type BatchIsolateSpec = Pick<
  IsolateSpec,
  'plugin' | 'version' | 'tenant' | 'bundleSha256' | 'configJson'
> & { readonly limits: Pick<IsolateSpec['limits'], 'heapMb'> }

/** Which function of which bundle. */
export interface BatchTarget {
  readonly isolate: BatchIsolateSpec
  /** Asked only when a lane lacks it. An IIFE that assigns the plugin to `__signalbox_plugin`. */
  loadBundle(): Promise<string>
  readonly udf: string
}

export interface Batch extends BatchTarget {
  /** One column an argument, in their order, all of `rows` rows; not to be changed before the outcome. */
  readonly columns: readonly Column[]
  readonly rows: number
  /** For a function that does not declare what it returns; `json` when absent. */
  readonly returns?: ColumnType
  readonly deadlineMs: number
}

interface Used {
  readonly cpuMs: number
  /** Of the fullest isolate, without the buffer it shares with its worker. */
  readonly peakHeapMb: number
}

export type BatchFailure =
  /** The guest threw the SDK's Refusal; `row` is the one it stood at, -1 in a columnar function. */
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly message: string
      readonly row: number
    }
  /** `blame` says whether the version is at fault: only then does the failure count against it. */
  | { readonly kind: 'failed'; readonly error: CodedError; readonly blame: 'plugin' | 'host' }

export type BatchOutcome =
  | ({ readonly kind: 'ok'; readonly column: Column } & Used)
  | (BatchFailure & Used)

/** What a function says of itself; null when it says nothing: then it takes one value a column, and answers JSON. */
export type DescribeOutcome =
  | ({ readonly kind: 'described'; readonly signature: UdfSignature | null } & Used)
  | (BatchFailure & Used)

const keys = new WeakMap<BatchIsolateSpec, string>()

/** Two batches share an isolate only if all of this is equal. */
export function batchKey(spec: BatchIsolateSpec): string {
  const known = keys.get(spec)
  if (known !== undefined) return known
  const { plugin, version, tenant, bundleSha256, configJson, limits } = spec
  const key = JSON.stringify([plugin, version, tenant, bundleSha256, configJson, limits.heapMb])
  keys.set(spec, key)
  return key
}
