import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { contractCompiler } from '@signalbox/sdk/contract'
import { unescapeToken } from '@signalbox/sdk/json-pointer'
import { faultsOf } from '@signalbox/sdk/schema'
import { coreErrors } from '../../errors.ts'
import type { RecordedLog, RecordedOutcome, Recording } from '../recording.ts'
import { hasMarker, type RedactedPlace } from '../redacted-marker.ts'
import { firstDifference, sameText } from './first-difference.ts'
import { type Divergence, RecordedHost } from './recorded-host.ts'
import { watchedBundle } from './watch-reads.ts'

/**
 * - `same`: the same outcome by the same host calls.
 * - `different`: it is not, and nothing that was redacted can be the reason.
 * - `redacted-read`: it is not, and a field was read whose value the recording does not have.
 */
export type ReplayVerdict = 'same' | 'different' | 'redacted-read'

export interface ReplayReport {
  readonly verdict: ReplayVerdict
  readonly recorded: RecordedOutcome
  /** Null where the guest asked for what it did not ask before: it was ended there. */
  readonly replayed: RecordedOutcome | null
  readonly hostCalls: { readonly recorded: number; readonly replayed: number }
  readonly difference: Divergence | null
  /** Redacted fields that were read, in order. */
  readonly read: readonly RedactedPlace[]
  readonly logs: readonly RecordedLog[]
}

/** Codes that say what time or memory was used: what they reached is never the same twice. */
const measured: ReadonlySet<string> = new Set([
  'SBX_TURN_TIMEOUT',
  'SBX_DEADLINE_EXCEEDED',
  'SBX_MEMORY_EXCEEDED',
  'SBX_LOAD_TIMEOUT',
  'SBX_LOAD_MEMORY_EXCEEDED',
  'SBX_LANE_LOST',
])

/** Where time was not what ended the call, a slower machine gets as much as a manifest may ask for. */
const PATIENT = { turnMs: 2000, deadlineMs: 30_000 }

/**
 * Runs a bundle on a recording: in a real lane, with the seed, the clock and the answers of the first time.
 * @param runGuest a sandbox's `call`
 */
export async function runReplay(
  runGuest: (call: GuestCall) => Promise<GuestOutcome>,
  recording: Recording,
  bundle: string,
): Promise<ReplayReport> {
  const host = new RecordedHost(recording)
  const running = runGuest(guestCallOf(recording, bundle, host))
  const ended = await Promise.race([
    running.then((outcome) => ({ replayed: replayedOutcome(recording, outcome) })),
    host.left.then((divergence) => ({ divergence })),
  ])
  const replayed = 'replayed' in ended ? ended.replayed : null
  const difference =
    'divergence' in ended ? ended.divergence : differenceOf(recording, ended.replayed, host.asked)
  return {
    verdict: verdictOf(difference, host.read),
    recorded: recording.outcome,
    replayed,
    hostCalls: { recorded: recording.hostCalls.length, replayed: host.asked },
    difference: difference ?? null,
    read: host.read,
    logs: host.logs,
  }
}

function verdictOf(
  difference: Divergence | undefined,
  read: readonly RedactedPlace[],
): ReplayVerdict {
  if (difference === undefined) return 'same'
  return read.length > 0 ? 'redacted-read' : 'different'
}

function guestCallOf(recording: Recording, bundle: string, host: RecordedHost): GuestCall {
  const { isolate, service, operation, principal, arm, traceId, trace, outcome } = recording
  const { config: _, ...spec } = isolate
  const isTimed = outcome.code !== null && measured.has(outcome.code)
  const turnMs = isTimed ? spec.limits.turnMs : Math.max(spec.limits.turnMs, PATIENT.turnMs)
  return {
    isolate: {
      ...spec,
      configJson: host.configJson,
      limits: { ...spec.limits, turnMs },
      // What earlier calls left in variables is not in the recording, so it is not in the replay.
      state: 'fresh',
    },
    loadBundle: async () => ({ source: Buffer.from(watchedBundle(bundle)) }),
    entry: recording.entry ?? { kind: 'service', service, operation },
    inputJson: host.inputJson,
    context: { principal, arm, traceId },
    deadlineMs: isTimed ? recording.deadlineMs : PATIENT.deadlineMs,
    replay: trace,
    hostCall: host.hostCall,
    // A second try would find the recording where the first one left it.
    hasEffect: () => true,
    onLog: host.onLog,
  }
}

/** As the host would judge it: with the contract, which the sandbox does not know. */
function replayedOutcome(
  { isolate, operation, outputSchema, outcome: recorded }: Recording,
  outcome: GuestOutcome,
): RecordedOutcome {
  if (outcome.kind === 'refused') {
    const { code, message } = outcome
    return { kind: 'refused', code, message }
  }
  if (outcome.kind === 'failed') {
    const { code, message } = outcome.error
    return { kind: 'failed', code, message }
  }
  const output: unknown = JSON.parse(outcome.outputJson)
  // What stands in for a redacted value need not fit the contract; the value did, or did not, already.
  const isKnown = 'output' in recorded && firstDifference(recorded.output, output) === undefined
  if (isKnown) return { ...recorded, output }
  const validate = contractCompiler().compile(outputSchema as object)
  const faults = validate(output)
    ? []
    : faultsOf(validate).filter(({ pointer }) => !isStandIn(output, pointer))
  if (faults.length === 0) return { kind: 'answered', code: null, message: null, output }
  const { plugin, version } = isolate
  const error = coreErrors.create('ANSWER_BREAKS_CONTRACT', { plugin, version, operation })
  return { kind: 'failed', code: error.code, message: error.message, output, faults }
}

/** What stands in for a redacted text need not have its format. */
function isStandIn(output: unknown, pointer: string): boolean {
  let value = output
  for (const token of pointer.split('/').slice(1)) {
    value = Reflect.get(Object(value) as object, unescapeToken(token))
  }
  return typeof value === 'string' && hasMarker(value)
}

function differenceOf(
  { outcome: recorded, hostCalls }: Recording,
  replayed: RecordedOutcome,
  asked: number,
): Divergence | undefined {
  if (recorded.kind !== replayed.kind || recorded.code !== replayed.code) {
    const shown = ({ kind, code }: RecordedOutcome) => code ?? kind
    return { in: 'outcome', pointer: '', recorded: shown(recorded), replayed: shown(replayed) }
  }
  if (recorded.code !== null && measured.has(recorded.code)) return undefined
  const missing = hostCalls[asked]
  if (missing !== undefined) {
    const place = `host call ${asked + 1} (${missing.name})`
    return { in: place, pointer: '', recorded: missing.request, replayed: undefined }
  }
  if (recorded.message !== null && !sameText(recorded.message, replayed.message)) {
    return {
      in: 'message',
      pointer: '',
      recorded: recorded.message,
      replayed: replayed.message,
    }
  }
  if (!('output' in recorded)) return undefined
  const difference = firstDifference(recorded.output, replayed.output)
  return difference === undefined ? undefined : { in: 'output', ...difference }
}
