export type {
  Context,
  Contribution,
  Database,
  Identity,
  Links,
  Log,
  Message,
  Notify,
  Principal,
  QueryResult,
  Services,
  SqlValue,
  UnitRead,
} from './plugin/context.ts'
export {
  definePlugin,
  type Handler,
  type Operation,
  type Plugin,
  type Udf,
} from './plugin/define-plugin.ts'
export { isRefusalCode, Refusal } from './plugin/refusal.ts'
export {
  defineTrustedPlugin,
  type ResourcePlace,
  type TrustedContext,
  type TrustedHandler,
  type TrustedPlugin,
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
