import type { GuestCall, GuestOutcome, PackageInspection } from '@signalbox/sandbox'
import { contractCompiler } from '@signalbox/sdk/contract'
import { faultsOf } from '@signalbox/sdk/schema'
import { bareIsolate } from '../../broker/isolate-spec.ts'
import { NO_TENANT } from '../../broker/self-test.ts'
import { coreErrors } from '../../errors.ts'
import type { Installation } from '../../registry/registry-store.ts'
import type { Consumer } from '../affected-apps.ts'
import type { ConsumerExample } from './expectation.ts'
import { unmet } from './match-output.ts'

/** An example that a version does not meet, or that could not be tried, with the app whose it is. */
export interface ExampleVerdict {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly operation: string
  readonly example: string
  readonly reason: string
}

export interface ExampleRun {
  readonly ran: number
  readonly failed: readonly ExampleVerdict[]
  /** A plan has no data and no grants: what asks the host for anything is not tried. */
  readonly skipped: readonly ExampleVerdict[]
}

type Proposed = Pick<Installation, 'plugin' | 'version' | 'manifest' | 'contracts'>

export type RunExamples = (
  version: Proposed,
  inspected: PackageInspection,
  consumers: readonly Consumer[],
) => Promise<ExampleRun>

/** Of all apps together: a plan answers within about a minute. */
const MAX_EXAMPLES = 200
const BUDGET_MS = 30_000
const DEADLINE_MS = 5000

interface Ports {
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly now: () => number
}

type Outcome = 'met' | { readonly failed: string } | { readonly skipped: string }

/**
 * Runs subscribers' examples against a version that is not installed, in a lane, one after the other and with the
 * limits of its manifest: as its self-test, without tenant, settings and grants.
 */
export async function runExamples(
  { runGuest, now }: Ports,
  version: Proposed,
  { files, manifest }: PackageInspection,
  consumers: readonly Consumer[],
): Promise<ExampleRun> {
  const run: { ran: number; failed: ExampleVerdict[]; skipped: ExampleVerdict[] } = {
    ran: 0,
    failed: [],
    skipped: [],
  }
  const bundle = files.find(({ path }) => path === manifest.runtime.entry)
  const endsAt = now() + BUDGET_MS
  const all = consumers.flatMap((consumer) =>
    consumer.expectations.examples.map((example) => ({ consumer, example })),
  )
  for (const [index, { consumer, example }] of all.entries()) {
    const isLate = index >= MAX_EXAMPLES || now() > endsAt
    const outcome: Outcome =
      bundle === undefined || manifest.runtime.tier !== 'sandbox'
        ? { skipped: 'only versions of the tier sandbox are tried at a plan' }
        : isLate
          ? { skipped: 'there was no time left for it' }
          : await runOne(runGuest, version, bundle, consumer, example)
    const { subscription, tenant, app } = consumer
    const { operation, name } = example
    const of = { subscription, tenant, app, operation, example: name }
    if (outcome !== 'met' && 'skipped' in outcome)
      run.skipped.push({ ...of, reason: outcome.skipped })
    else run.ran++
    if (outcome !== 'met' && 'failed' in outcome) run.failed.push({ ...of, reason: outcome.failed })
  }
  return run
}

async function runOne(
  runGuest: Ports['runGuest'],
  version: Proposed,
  bundle: PackageInspection['files'][number],
  { service, major }: Consumer,
  { operation, input, expect }: ConsumerExample,
): Promise<Outcome> {
  const provided = Object.entries(version.contracts).find(
    ([, one]) => one.id === service && one.major === major,
  )
  if (provided === undefined) {
    return { failed: `${service} is not served with major ${major} any more` }
  }
  const [table, contract] = provided
  const definition = Object.hasOwn(contract.operations, operation)
    ? contract.operations[operation]
    : undefined
  if (definition === undefined) return { failed: `the operation ${operation} is gone` }
  const takes = contractCompiler().compile(definition.input as object)
  if (!takes(input)) return { failed: `the input is refused: ${told(takes)}` }
  const asked: string[] = []
  const { plugin } = version
  const { sha256, bytes } = bundle
  const isolate = bareIsolate({ ...version, bundleSha256: sha256 }, NO_TENANT)
  const outcome = await runGuest({
    isolate,
    loadBundle: async () => ({ source: bytes }),
    entry: { kind: 'service', service: table, operation },
    inputJson: JSON.stringify(input),
    context: { principal: { kind: 'host', id: 'plan' }, arm: 'canary', traceId: '0'.repeat(32) },
    deadlineMs: Math.min(isolate.limits.deadlineMs, DEADLINE_MS),
    hostCall: async (name) => {
      asked.push(name)
      const capability = name
      throw coreErrors.create('GRANT_MISSING', { plugin, capability, tenant: NO_TENANT })
    },
    hasEffect: () => true,
    onLog: () => undefined,
    apart: true,
  })
  if (asked.length > 0) return { skipped: `the operation asks the host for ${asked[0]}` }
  if (outcome.kind === 'refused') return { failed: `refused with ${outcome.code}` }
  if (outcome.kind !== 'ok') return { failed: outcome.error.message }
  const output: unknown = JSON.parse(outcome.outputJson)
  const missed = unmet(output, expect)[0]
  if (missed === undefined) return 'met'
  return {
    failed: `${missed.path === '' ? 'the answer' : missed.path} is not as expected (${missed.match})`,
  }
}

function told(check: Parameters<typeof faultsOf>[0]): string {
  return faultsOf(check)
    .map(({ pointer, detail }) => `${pointer} ${detail}`)
    .join('; ')
}
