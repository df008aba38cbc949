import type {
  Context,
  Contribution,
  Database,
  Events,
  EventWish,
  Message,
  Notify,
  PluginEvent,
  PublishOptions,
  QueryResult,
} from './context.ts'
import type { Incoming } from './incoming-webhook.ts'
import type { JobRun, JobSchedule, Jobs } from './jobs.ts'
import type { UdfSignature } from './udf.ts'

/** Input and output of each operation, by service and operation. */
export type ServiceTypes = Readonly<
  Record<string, Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>>
>

/**
 * What a plugin's manifest, contracts and schemas say, as one type: `signalbox pack --types` writes it to
 * `src/signalbox.gen.ts`. A union without members is `never`, a table without rows `{}`.
 */
export interface PluginTypes {
  /** Names of the capabilities that the manifest asks for, the optional ones too. */
  readonly capabilities: string
  readonly config: unknown
  readonly services: ServiceTypes
  /** Operations of others that it may call. */
  readonly calls: ServiceTypes
  /** Data of the events that it may publish, by type. */
  readonly publishes: Readonly<Record<string, unknown>>
  /** Data of the events that it hears, by type. */
  readonly hears: Readonly<Record<string, unknown>>
  /** Arguments by function. */
  readonly udfs: Readonly<Record<string, unknown>>
  readonly jobs: string
  readonly webhooks: string
  readonly secrets: string
  readonly channels: string
  readonly points: string
  readonly selfTest: boolean
}

type Asked<T extends PluginTypes, Name extends string, Part> = Name extends T['capabilities']
  ? Part
  : unknown

/** Always there. */
type Plain = Pick<
  Context,
  | 'tenant'
  | 'principal'
  | 'arm'
  | 'traceId'
  | 'deadline'
  | 'signal'
  | 'log'
  | 'now'
  | 'meter'
  | 'random'
  | 'hash'
  | 'assets'
>

type TypedWish<T extends PluginTypes> = {
  [Type in keyof T['publishes'] & string]: Omit<EventWish, 'type' | 'data'> & {
    readonly type: Type
    readonly data: T['publishes'][Type]
  }
}[keyof T['publishes'] & string]

interface TypedDatabase<T extends PluginTypes> extends Pick<Database, 'query' | 'batch'> {
  /** See Database; its events are those of the manifest. */
  transaction<Rows extends readonly unknown[] = readonly Record<string, unknown>[]>(
    statements: Parameters<Database['transaction']>[0],
    options?: { readonly events?: readonly TypedWish<T>[] },
  ): Promise<{ readonly [Index in keyof Rows]: QueryResult<Rows[Index]> }>
}
interface TypedServices<Calls extends ServiceTypes> {
  /** See Services; what the manifest was granted, with the types of the contracts in `uses/`. */
  call<Id extends keyof Calls & string, Name extends keyof Calls[Id] & string>(
    service: Id,
    operation: Name,
    input: Calls[Id][Name]['input'],
  ): Promise<Calls[Id][Name]['output']>
}

interface TypedEvents<Types extends Readonly<Record<string, unknown>>> {
  /** See Events; of the types that the manifest asks to publish. */
  publish<Type extends keyof Types & string>(
    type: Type,
    data: Types[Type],
    options?: PublishOptions,
  ): ReturnType<Events['publish']>
}

interface TypedJobs<Job extends string> extends Omit<Jobs, 'schedule'> {
  /** See Jobs; of the jobs of the manifest. */
  schedule(job: Job, when: JobSchedule): ReturnType<Jobs['schedule']>
}

interface TypedSecrets<Name extends string> {
  /** See Secrets; of the secrets that the manifest asks to use. */
  ref(name: Name): string
  basic(user: string, name: Name): string
}

interface TypedNotify<Channel extends string> {
  /** See Notify; by the channels that the manifest asks for. */
  send(
    message: Omit<Message, 'channel'> & { readonly channel: Channel },
  ): ReturnType<Notify['send']>
}

/** `ctx` with what the manifest asks for, and nothing else. An optional grant may be missing at run time: `CORE_GRANT_MISSING`. */
export type ContextOf<T extends PluginTypes> = Plain & {
  readonly config: T['config']
} & Asked<T, 'db:own', { readonly db: TypedDatabase<T> }> &
  Asked<T, 'db:inspect', { readonly db: Pick<Database, 'inspect'> }> &
  Asked<T, 'service:call', { readonly services: TypedServices<T['calls']> }> &
  Asked<T, 'event:publish', { readonly events: TypedEvents<T['publishes']> }> &
  Asked<T, 'job:schedule', { readonly jobs: TypedJobs<T['jobs']> }> &
  Asked<T, 'secret:use', { readonly secrets: TypedSecrets<T['secrets']> }> &
  Asked<T, 'notify:send', { readonly notify: TypedNotify<T['channels']> }> &
  Asked<T, 'blob:own', Pick<Context, 'blobs'>> &
  Asked<T, 'link:share', Pick<Context, 'links'>> &
  Asked<T, 'identity:read', Pick<Context, 'identity'>> &
  Asked<T, 'rollout:use', Pick<Context, 'rollouts'>> &
  Asked<T, 'keys:sign', { readonly keys: Pick<Context['keys'], 'sign'> }> &
  Asked<T, 'keys:verify', { readonly keys: Omit<Context['keys'], 'sign'> }> &
  ([T['points']] extends [never]
    ? unknown
    : {
        /** See Context; of the extension points of the manifest. */
        contributions<Value = unknown>(point: T['points']): Promise<readonly Contribution<Value>[]>
      })

/** The handler of one operation, such as `OperationOf<Signalbox, 'orders.list', 'list'>`. */
export type OperationOf<
  T extends PluginTypes,
  Id extends keyof T['services'],
  Name extends keyof T['services'][Id],
> = T['services'][Id][Name] extends { readonly input: infer Input; readonly output: infer Output }
  ? (input: Input, ctx: ContextOf<T>) => Output | Promise<Output>
  : never

/** The handler of an event that the manifest hears. */
export type EventHandlerOf<T extends PluginTypes, Type extends keyof T['hears']> = (
  event: PluginEvent<T['hears'][Type]>,
  ctx: ContextOf<T>,
) => unknown

/** A function without a signature takes what its schema says; `scalar` and `columnar` say it themselves. */
type UdfFor<Args> =
  | { readonly udf: UdfSignature }
  | (Args extends readonly unknown[] ? (...args: Args) => unknown : (...args: never[]) => unknown)

type Section<Name extends string, Table> = [keyof Table] extends [never]
  ? { readonly [Key in Name]?: Record<string, never> }
  : { readonly [Key in Name]: Table }

/** A plugin that does all that its manifest and contracts promise, and nothing else. */
export type PluginOf<T extends PluginTypes> = Section<
  'services',
  {
    readonly [Id in keyof T['services']]: {
      readonly [Name in keyof T['services'][Id]]: OperationOf<T, Id, Name>
    }
  }
> &
  Section<'on', { readonly [Type in keyof T['hears']]: EventHandlerOf<T, Type> }> &
  Section<'udfs', { readonly [Id in keyof T['udfs']]: UdfFor<T['udfs'][Id]> }> &
  Section<'jobs', { readonly [Id in T['jobs']]: (run: JobRun, ctx: ContextOf<T>) => unknown }> &
  Section<
    'webhooks',
    { readonly [Path in T['webhooks']]: (delivery: Incoming, ctx: ContextOf<T>) => unknown }
  > & {
    readonly contributions?: Readonly<
      // biome-ignore lint/suspicious/noExplicitAny: what is handed to a contribution is the point's owner's to say
      Record<string, Readonly<Record<string, (input: any, ctx: ContextOf<T>) => unknown>>>
    >
  } & (T['selfTest'] extends true
    ? { readonly selfTest: (ctx: ContextOf<T>) => unknown }
    : { readonly selfTest?: never })
