import { createHash } from 'node:crypto'
import type { RuntimeLimits } from '@signalbox/sdk/manifest'
import type { CallTrace, GuestCall, GuestOutcome } from '../src/index.ts'

/** Small, so that a test that runs into one is quick. */
const smallLimits: RuntimeLimits = {
  heapMb: 32,
  turnMs: 300,
  deadlineMs: 2000,
  payloadKb: 256,
}

export interface GuestFixture {
  readonly operation?: string
  readonly input?: unknown
  readonly inputJson?: string
  readonly tenant?: string
  readonly plugin?: string
  readonly version?: string
  readonly config?: unknown
  readonly limits?: Partial<RuntimeLimits>
  readonly deadlineMs?: number
  readonly isSelfTest?: boolean
  readonly principalId?: string
  readonly units?: readonly string[]
  readonly publisher?: string
  readonly features?: GuestCall['isolate']['features']
  readonly state?: GuestCall['isolate']['state']
  readonly replay?: CallTrace
  hasEffect?(name: string, payloadJson: string): boolean
  hostCall?(name: string, payloadJson: string, signal: AbortSignal): Promise<string>
  onLog?(level: string, message: string, fields: Readonly<Record<string, unknown>>): void
}

/** Holds the thread for many seconds in one built-in that neither V8 nor a gate of the guest's side ends. */
export const stuck = '(7n ** 30_000_000n).toString()'

/** Wraps handlers, written as the source of an object literal, the way `signalbox pack` wraps a plugin. */
export function bundle(operations: string, rest = ''): string {
  return `var __signalbox_plugin = (() => {
    class Refusal extends Error {
      name = 'Refusal'
      constructor(code, message) { super(message); this.code = code }
    }
    return { default: { services: { 'test.service': { ${operations} } }, ${rest} } }
  })();`
}

const defaults = {
  plugin: '@test/guest',
  version: '1.0.0',
  tenant: 'acme',
  operation: 'run',
  principalId: 'app-1',
  features: [],
  state: 'kept',
  hostCall: async () => 'null',
  hasEffect: () => true,
  onLog: () => undefined,
} as const satisfies GuestFixture

/** A call of `run` in the bundle, with whatever the test wants different. */
export function guestCall(source: string, fixture: GuestFixture = {}): GuestCall {
  const given = { ...defaults, ...fixture }
  const limits = { ...smallLimits, ...given.limits }
  const { plugin, version, tenant, features, state, operation, replay } = given
  return {
    isolate: {
      plugin,
      version,
      publisher: given.publisher ?? plugin.slice(0, plugin.indexOf('/')),
      tenant,
      bundleSha256: createHash('sha256').update(source).digest('hex'),
      configJson: JSON.stringify(given.config ?? {}),
      limits,
      features,
      state,
    },
    loadBundle: async () => ({ source: Buffer.from(source) }),
    entry: given.isSelfTest
      ? { kind: 'self-test' }
      : { kind: 'service', service: 'test.service', operation },
    inputJson: given.inputJson ?? JSON.stringify(given.input ?? null),
    context: {
      principal: {
        kind: 'app',
        id: given.principalId,
        ...(given.units === undefined ? {} : { units: given.units }),
      },
      arm: 'stable',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    },
    deadlineMs: given.deadlineMs ?? limits.deadlineMs,
    ...(replay === undefined ? {} : { replay }),
    hostCall: given.hostCall,
    hasEffect: given.hasEffect,
    onLog: given.onLog,
  }
}

/** The answer, parsed; fails loudly with the outcome when there is none. */
export function outputOf(outcome: GuestOutcome): unknown {
  if (outcome.kind === 'ok') return JSON.parse(outcome.outputJson)
  const told = outcome.kind === 'refused' ? outcome.code : outcome.error
  throw new Error(`No answer but ${outcome.kind}`, { cause: told })
}

/** The code a call failed with; `ok` or `refused:CODE` when it did not fail. */
export function codeOf(outcome: GuestOutcome): string {
  if (outcome.kind === 'failed') return outcome.error.code
  return outcome.kind === 'refused' ? `refused:${outcome.code}` : 'ok'
}
