export type {
  Context,
  Database,
  Log,
  Principal,
  QueryResult,
  Services,
  SqlValue,
} from './plugin/context.ts'
export { definePlugin, type Operation, type Plugin, type Udf } from './plugin/define-plugin.ts'
export type {
  Keys,
  PublicKey,
  Signed,
  SignRequest,
  Verified,
  VerifyRequest,
} from './plugin/keys.ts'
export { isRefusalCode, Refusal } from './plugin/refusal.ts'
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
