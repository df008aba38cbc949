import type { CodedError } from '../errors/coded-error.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import type { KnownUnit } from '../host-calls/identity-rules.ts'
import type { SentMessage } from './records.ts'
import type { InstalledFolder } from './test-plugin.ts'

/** What stands around the plugin in a test: answers of others, each a function of the test's own. */
export interface TestAnswers {
  /** Operations of other services, by `service@major`: what `ctx.services.call` is answered. */
  readonly services?: Readonly<
    Record<string, Readonly<Record<string, (input: unknown) => unknown>>>
  >
  /** What a request that a grant of `http:fetch` covers is answered. Nothing leaves the test. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /** Channels of messages, by name; what one returns is what `ctx.notify.send` answers. */
  readonly channels?: Readonly<Record<string, (message: SentMessage) => unknown>>
  /** Secrets that the tenant has set, by name: what a granted request has in place of `ctx.secrets.ref`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** The tenant's organisation; of a unit the plugin is told what its grant names. */
  readonly units?: readonly KnownUnit[]
  /** What other plugins of the tenant put into extension points of this one, by point. */
  readonly contributions?: Readonly<Record<string, readonly GivenContribution[]>>
  /**
   * The rows that a statement returns, or with `rowCount` how many it changed. The SQL is not looked at here: `signalbox
   * dev` and the marketplace run it on a real PostgreSQL.
   */
  readonly database?: (
    sql: string,
    parameters: readonly unknown[],
  ) => DatabaseAnswer | Promise<DatabaseAnswer>
}

export interface GivenContribution {
  readonly plugin: string
  /** `1.0.0`, when left out. */
  readonly version?: string
  readonly value: unknown
  /** What `call` of the contribution runs. */
  readonly handlers?: Readonly<Record<string, (input: unknown) => unknown>>
}

export type DatabaseAnswer =
  | readonly object[]
  | { readonly rows: readonly object[]; readonly rowCount?: number }

/** @returns SDK_TEST_HOST_INCOMPLETE */
export function lacks(
  { plugin }: Pick<InstalledFolder, 'plugin'>,
  what: string,
  option: string,
): CodedError {
  return sdkErrors.create('TEST_HOST_INCOMPLETE', { plugin, what, option })
}

/** @returns SDK_TEST_CALL_UNSUPPORTED */
export function unsupported(call: string): CodedError {
  return sdkErrors.create('TEST_CALL_UNSUPPORTED', { call })
}
