import { createHash } from 'node:crypto'
import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { type CompiledOperation, compileContracts } from '@signalbox/sdk/compile-contract'
import type { Contract } from '@signalbox/sdk/contract'
import { recordCall } from '../../src/invocations/record-call.ts'
import type { Recording } from '../../src/invocations/recording.ts'
import { type EndedCall, WatchedCall } from '../../src/invocations/watched-call.ts'
import { emptySnapshot, type InstalledVersion } from '../../src/rollout/routing/snapshot.ts'

const name = { type: 'string', sensitive: true }

/** One operation that may do anything, whose `customer` is marked on both sides. */
const contract: Contract = {
  id: 'test.one',
  major: 1,
  title: { en: 'Test' },
  operations: {
    run: {
      input: { type: 'object', properties: { customer: name, amount: { type: 'number' } } },
      output: { type: 'object', properties: { customer: name } },
    },
    ask: {
      input: { type: 'object', properties: { code: name } },
      output: { type: 'object', properties: { contact: name } },
    },
  },
}

const manifest = {
  manifest: 1,
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: { services: [] },
} as unknown as InstalledVersion['manifest']

export const version: InstalledVersion = {
  plugin: '@test/one',
  version: '1.0.0',
  manifest,
  limits: { heapMb: 32, turnMs: 500, deadlineMs: 5000, payloadKb: 256 },
  bundleSha256: '',
  operations: compileContracts(manifest, { [contract.id]: contract }),
}

export const snapshot = { ...emptySnapshot, versions: new Map([['@test/one@1.0.0', version]]) }

/** A plugin whose only operation is the given source of a function. */
export function bundleOf(handler: string): string {
  return `var __signalbox_plugin = (() => {
  const plugin = Object.freeze({ services: { 'test.one': { run: ${handler} } } })
  return { default: plugin }
})()`
}

interface Given {
  readonly bundle: string
  readonly input?: unknown
  readonly config?: unknown
  readonly answer?: GuestCall['hostCall']
  readonly deadlineMs?: number
}

/** Runs a call as the broker does, and gives what the writer would be given. */
async function watchCall(
  runGuest: (call: GuestCall) => Promise<GuestOutcome>,
  { bundle, input = {}, config = {}, answer, deadlineMs = 5000 }: Given,
): Promise<EndedCall> {
  const inputJson = JSON.stringify(input)
  const principal = { kind: 'app', id: 'planner' } as const
  const traceId = '1'.repeat(32)
  const watched = new WatchedCall({
    isolate: {
      plugin: version.plugin,
      version: version.version,
      publisher: '@test',
      tenant: 'acme',
      bundleSha256: createHash('sha256').update(bundle).digest('hex'),
      configJson: JSON.stringify(config),
      limits: version.limits,
      features: [],
      state: 'kept',
    },
    loadBundle: async () => ({ source: Buffer.from(bundle) }),
    entry: { kind: 'service', service: 'test.one', operation: 'run' },
    inputJson,
    context: { principal, arm: 'stable', traceId },
    deadlineMs,
    hostCall: answer ?? (async () => 'null'),
    hasEffect: () => true,
    onLog: () => undefined,
  })
  const outcome = await runGuest(watched.guest)
  return {
    guest: watched.guest,
    call: { principal, service: 'test.one', major: 1, operation: 'run', inputJson, traceId },
    version,
    snapshot,
    operation: version.operations.get('test.one/run') as CompiledOperation,
    startedAt: Date.now(),
    tookMs: 1,
    outcome,
    verdict: verdictOf(outcome),
    ...watched.take(outcome),
  }
}

export async function recordingOf(
  runGuest: (call: GuestCall) => Promise<GuestOutcome>,
  given: Given,
): Promise<Recording> {
  return recordCall('inv_test', await watchCall(runGuest, given), undefined)
}

function verdictOf(outcome: GuestOutcome): EndedCall['verdict'] {
  if (outcome.kind === 'ok') return { kind: 'answered', code: null, message: null, faults: [] }
  const { code, message } = outcome.kind === 'refused' ? outcome : outcome.error
  return { kind: outcome.kind, code, message, faults: [] }
}
