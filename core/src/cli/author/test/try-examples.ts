import { isDeepStrictEqual } from 'node:util'
import type { GuestCall, GuestOutcome, PackageInspection } from '@signalbox/sandbox'
import { bareIsolate } from '../../../broker/isolate-spec.ts'
import { NO_TENANT } from '../../../broker/self-test.ts'
import { coreErrors } from '../../../errors.ts'

export interface ExampleResult {
  /** `service@major/operation`, and which of its examples, from 1. */
  readonly operation: string
  readonly example: number
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly reason?: string
}

interface Tried extends Pick<PackageInspection, 'manifest' | 'contracts' | 'files'> {
  readonly plugin: string
  readonly version: string
}

type RunGuest = (call: GuestCall) => Promise<GuestOutcome>

/**
 * Runs every example of every contract in a lane, under the limits of the manifest and without a tenant: what asks the
 * host for anything is skipped, and tried by `signalbox dev` or the author's own tests.
 */
export async function tryExamples(run: RunGuest, tried: Tried): Promise<readonly ExampleResult[]> {
  const results: ExampleResult[] = []
  for (const [service, { id, major, operations }] of Object.entries(tried.contracts)) {
    for (const [operation, { examples = [] }] of Object.entries(operations)) {
      for (const [index, example] of examples.entries()) {
        const outcome = await tryOne(run, tried, { service, operation }, example)
        results.push({ operation: `${id}@${major}/${operation}`, example: index + 1, ...outcome })
      }
    }
  }
  return results
}

async function tryOne(
  run: RunGuest,
  { plugin, version, manifest, files }: Tried,
  entry: { readonly service: string; readonly operation: string },
  example: { readonly input: unknown; readonly output?: unknown },
): Promise<Pick<ExampleResult, 'outcome' | 'reason'>> {
  const bundle = files.find(({ path }) => path === manifest.runtime.entry)
  if (bundle === undefined) return { outcome: 'skipped', reason: 'there is no code' }
  const isolate = bareIsolate({ plugin, version, manifest, bundleSha256: bundle.sha256 }, NO_TENANT)
  const asked: string[] = []
  const outcome = await run({
    isolate,
    loadBundle: async () => ({ source: bundle.bytes }),
    entry: { kind: 'service', ...entry },
    inputJson: JSON.stringify(example.input),
    context: { principal: { kind: 'host', id: 'test' }, arm: 'stable', traceId: '0'.repeat(32) },
    deadlineMs: isolate.limits.deadlineMs,
    hostCall: async (name) => {
      asked.push(name)
      throw coreErrors.create('GRANT_MISSING', { plugin, capability: name, tenant: NO_TENANT })
    },
    hasEffect: () => true,
    onLog: () => undefined,
  })
  if (asked.length > 0) return { outcome: 'skipped', reason: `it asks the host for ${asked[0]}` }
  if (outcome.kind === 'refused') {
    return { outcome: 'failed', reason: `refused with ${outcome.code}: ${outcome.message}` }
  }
  if (outcome.kind === 'failed') return { outcome: 'failed', reason: outcome.error.message }
  if (!('output' in example)) return { outcome: 'passed' }
  const output: unknown = JSON.parse(outcome.outputJson)
  if (isDeepStrictEqual(output, example.output)) return { outcome: 'passed' }
  return { outcome: 'failed', reason: `it answered ${outcome.outputJson.slice(0, 200)}` }
}
