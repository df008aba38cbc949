export type {
  BlobData,
  BlobHead,
  BlobPart,
  BlobProgress,
  Blobs,
  BlobWriter,
  ComposeDigest,
  ComposedBlob,
  ComposePart,
  DigestedParts,
} from './plugin/blobs.ts'
export type {
  BatchResult,
  Context,
  Contribution,
  Database,
  Events,
  EventWish,
  Identity,
  Links,
  Log,
  Message,
  Notify,
  PluginEvent,
  Principal,
  PublishOptions,
  QueryResult,
  Secrets,
  Services,
  SqlValue,
  Statement,
  TableShape,
  UnitRead,
} from './plugin/context.ts'
export {
  definePlugin,
  type Handler,
  type Operation,
  type Plugin,
  type Udf,
} from './plugin/define-plugin.ts'
export type { Incoming } from './plugin/incoming-webhook.ts'
export type { JobRun, JobSchedule, Jobs, ScheduledJob } from './plugin/jobs.ts'
export type {
  CertificateRequest,
  Keys,
  OneTimeKey,
  PublicKey,
  Signed,
  SignerSubject,
  SignRequest,
  Verified,
  VerifyRequest,
} from './plugin/keys.ts'
export type {
  ContextOf,
  EventHandlerOf,
  OperationOf,
  PluginOf,
  PluginTypes,
  ServiceTypes,
} from './plugin/plugin-types.ts'
export { isRefusalCode, Refusal } from './plugin/refusal.ts'
export type {
  DocumentName,
  DocumentPick,
  DocumentPlan,
  DocumentRollout,
  DocumentStep,
  PickWish,
  Rollouts,
  RolloutWish,
} from './plugin/rollouts.ts'
export {
  type ByteAnswer,
  type ByteBody,
  defineTrustedPlugin,
  type ResourcePlace,
  type TrustedContext,
  type TrustedHandler,
  type TrustedPlugin,
  type TrustedSecrets,
} from './plugin/trusted-plugin.ts'
export {
  columnar,
  scalar,
  type UdfColumn,
  type UdfNulls,
  type UdfOut,
  type UdfResult,
  type UdfSignature,
  type UdfType,
  udfTypes,
} from './plugin/udf.ts'
