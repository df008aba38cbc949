export type {
  Batch,
  BatchFailure,
  BatchIsolateSpec,
  BatchOutcome,
  BatchTarget,
  DescribeOutcome,
} from './batch/batch.ts'
export type { BatchCulprit } from './batch/batch-lane.ts'
export {
  BatchLanes,
  type BatchLanesEvent,
  type BatchLanesOptions,
  type BatchStats,
} from './batch/batch-lanes.ts'
export { readArrow, writeArrow } from './columns/arrow.ts'
export { castColumn } from './columns/cast-column.ts'
export type { Column, ColumnType } from './columns/column.ts'
export { columnFromValues, jsonValues } from './columns/column-values.ts'
export { compileBundle, prepareCompiling } from './compile/compile-bundle.ts'
export { compilerTag } from './compile/compiler-tag.ts'
export type { ExpectedPackage } from './import/check-package-json.ts'
export { prepareInspecting } from './import/import-process.ts'
export { checkedPackage, inspectPackage, WarmInspection } from './import/inspect-package.ts'
export type { InspectedFile, PackageInspection } from './import/inspect-tarball.ts'
export type { PackageLimits } from './import/package-limits.ts'
export type {
  ByteAnswerStream,
  ByteSink,
  CallTrace,
  GuestCall,
  GuestEntry,
  GuestFeature,
  GuestOutcome,
  IsolateSpec,
  LoadedBundle,
  LogLevel,
  WatchedSignal,
} from './lane/guest-call.ts'
export type { Culprit } from './lane/lane-loss.ts'
export {
  Sandbox,
  type SandboxEvent,
  type SandboxLog,
  type SandboxOptions,
  type SandboxStats,
} from './sandbox.ts'
export { sandboxErrors } from './sandbox-errors.ts'
