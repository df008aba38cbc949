import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { type Contract, contractCompiler } from '@signalbox/sdk/contract'
import { isCodedError } from '@signalbox/sdk/errors'
import type { Finding } from '@signalbox/sdk/finding'
import { positionOf } from '@signalbox/sdk/json-position'
import type { Manifest } from '@signalbox/sdk/manifest'
import { faultsOf } from '@signalbox/sdk/schema'
import { trialRules } from '@signalbox/sdk/trial-rules'
import { bareIsolate } from '../../broker/isolate-spec.ts'
import { NO_TENANT, type RunGuest, selfTest } from '../../broker/self-test.ts'
import { coreErrors } from '../../errors.ts'
import { isAsShown } from './shown-answer.ts'

/** A version that nobody installed: what it is, and its bundle. */
export interface TriedVersion {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  readonly bundle: { readonly sha256: string; readonly bytes: Buffer }
  /** The text of a file of the package, where there is one. */
  fileText(path: string): string | undefined
}

interface Ports {
  readonly runGuest: RunGuest
  readonly now: () => number
}

/** Of all examples together; a publish waits for them. */
const BUDGET_MS = 20_000
const MAX_EXAMPLES = 100
const DEADLINE_MS = 5000

/**
 * Runs a version's self-test and the examples of its contracts, in a lane in which nobody waits for a call, with the
 * limits of its manifest: without tenant, settings and grants. Every host call is refused, so nothing is changed.
 * @throws what is the host's own trouble
 */
export async function guestTrials(
  { runGuest, now }: Ports,
  tried: TriedVersion,
): Promise<readonly Finding[]> {
  const apart: RunGuest = (call) => runGuest({ ...call, apart: true })
  const { plugin, version, manifest, bundle } = tried
  try {
    await selfTest(apart, { plugin, version, manifest, bundleSha256: bundle.sha256 }, async () => ({
      source: bundle.bytes,
    }))
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'CORE_SELF_TEST_FAILED') throw error
    const reason = String(error.parameters['reason'])
    return [trialRules.find('self-test/failed', { file: manifest.runtime.entry }, { reason })]
  }
  return exampleTrials({ runGuest: apart, now }, tried)
}

interface Example {
  readonly table: string
  readonly contract: Contract
  readonly operation: string
  readonly index: number
}

async function exampleTrials(ports: Ports, tried: TriedVersion): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const endsAt = ports.now() + BUDGET_MS
  for (const [count, example] of examplesOf(tried).entries()) {
    if (count >= MAX_EXAMPLES || ports.now() > endsAt) {
      const words = { seconds: BUDGET_MS / 1000, what: nameOf(example) }
      return [...findings, trialRules.find('trials/cut-short', {}, words)]
    }
    findings.push(...(await tryExample(ports, tried, example)))
  }
  return findings
}

function examplesOf({ contracts }: TriedVersion): readonly Example[] {
  return Object.entries(contracts).flatMap(([table, contract]) =>
    Object.entries(contract.operations).flatMap(([operation, { examples = [], delivery }]) =>
      delivery === 'bytes'
        ? []
        : examples.map((_, index) => ({ table, contract, operation, index })),
    ),
  )
}

function nameOf({ contract, operation, index }: Example): string {
  return `${contract.id} ${operation} ${index + 1}`
}

async function tryExample(
  { runGuest }: Ports,
  tried: TriedVersion,
  example: Example,
): Promise<readonly Finding[]> {
  const { table, contract, operation, index } = example
  const given = contract.operations[operation]?.examples?.[index]
  if (given === undefined) return []
  const asked: string[] = []
  const outcome = await runGuest(callOf(tried, example, given.input, asked))
  const verdict =
    asked.length > 0
      ? ({ rule: 'examples/not-run', reason: `it asks the host for ${asked[0]}` } as const)
      : verdictOf(outcome, example, given)
  if (verdict === undefined) return []
  const services = tried.manifest.provides?.services ?? []
  const file = services.find(({ id }) => id === table)?.contract
  const text = tried.fileText(file ?? '')
  const pointer = `/operations/${operation}/examples/${index}`
  const line = text === undefined ? undefined : positionOf(text, pointer).line
  const words = { example: index + 1, operation: `${contract.id} ${operation}` }
  const { rule, reason } = verdict
  return [trialRules.find(rule, { file, line }, { ...words, reason })]
}

interface Verdict {
  readonly rule: keyof typeof trialRules.definitions
  readonly reason: string
}

function verdictOf(
  outcome: GuestOutcome,
  { contract, operation }: Example,
  given: { readonly output?: unknown },
): Verdict | undefined {
  if (outcome.kind === 'refused') return { rule: 'examples/refused', reason: outcome.code }
  if (outcome.kind === 'failed') {
    if (outcome.blame === 'host') throw outcome.error
    return { rule: 'examples/failed', reason: outcome.error.message }
  }
  const output: unknown = JSON.parse(outcome.outputJson)
  const fits = contractCompiler().compile(
    (contract.operations[operation]?.output ?? true) as object,
  )
  if (!fits(output)) {
    const [{ pointer, detail } = { pointer: '', detail: 'breaks the contract' }] = faultsOf(fits)
    return { rule: 'examples/failed', reason: `${pointer || 'the answer'} ${detail}` }
  }
  const isShown = !('output' in given) || isAsShown(given.output, output)
  return isShown ? undefined : { rule: 'examples/different', reason: '' }
}

function callOf(
  { plugin, version, manifest, bundle }: TriedVersion,
  { table, operation }: Example,
  input: unknown,
  asked: string[],
): GuestCall {
  const isolate = bareIsolate({ plugin, version, manifest, bundleSha256: bundle.sha256 }, NO_TENANT)
  return {
    isolate,
    loadBundle: async () => ({ source: bundle.bytes }),
    entry: { kind: 'service', service: table, operation },
    inputJson: JSON.stringify(input ?? null),
    context: {
      principal: { kind: 'host', id: 'publish' },
      arm: 'stable',
      traceId: '0'.repeat(32),
    },
    deadlineMs: Math.min(isolate.limits.deadlineMs, DEADLINE_MS),
    hostCall: async (name) => {
      asked.push(name)
      throw coreErrors.create('GRANT_MISSING', { plugin, capability: name, tenant: NO_TENANT })
    },
    hasEffect: () => true,
    onLog: () => undefined,
  }
}
