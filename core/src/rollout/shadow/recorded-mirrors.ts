import { createHash } from 'node:crypto'
import type { GuestCall, GuestOutcome, LoadedBundle } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { operationOf } from '../../catalog/operation-of.ts'
import type { ListedInvocation } from '../../invocations/invocation-store.ts'
import { findInvocation, listAnswered } from '../../invocations/invocation-store.ts'
import type { Recording } from '../../invocations/recording.ts'
import { hasMarker } from '../../invocations/redacted-marker.ts'
import { sameText } from '../../invocations/replay/first-difference.ts'
import { type ReplayReport, runReplay } from '../../invocations/replay/run-replay.ts'
import { open } from '../../sealing/sealing.ts'
import type { TenantKeys } from '../../sealing/tenant-keys.ts'
import { assign, type Cohort } from '../cohorts/cohort.ts'
import { cohortCallOf } from '../cohorts/cohort-call.ts'
import { inputKey } from '../cohorts/input-key.ts'
import { outcomeOfFailure } from '../judge/judged-call.ts'
import type { Sharing } from '../routing/pick-version.ts'
import { type InstalledVersion, type Snapshot, tenantKey } from '../routing/snapshot.ts'
import { mayBeCompared } from './compared-versions.ts'
import { comparisonOf } from './live-mirror.ts'
import type { MirroredCall, ShadowAnswer } from './mirrored-call.ts'
import type { ShadowPlan } from './shadow-plan.ts'
import { claimReplay } from './shadow-store.ts'

/** Of the newest recorded calls that no node has run for the rollout, so many are looked at. */
const MAX_LISTED = 500
/** When all of them were run, newer ones are looked for after this. */
const LIST_EVERY_MS = 5000

interface Ports {
  readonly knex: Knex
  readonly keys: Pick<TenantKeys, 'byId'>
  readonly snapshot: () => Snapshot
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly loadBundle: (version: InstalledVersion) => Promise<LoadedBundle>
  readonly now: () => number
}

interface Listed {
  readonly heads: ListedInvocation[]
  readonly at: number
}

/**
 * Recorded calls of safe operations, to be run again where too few calls come: with the answers that the host
 * gave the first time, so that nothing is asked and nothing can be changed. Nobody sees what is opened for it.
 */
export class RecordedMirrors {
  readonly #ports: Ports
  readonly #listed = new Map<string, Listed>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  forget(rollout: string): void {
    this.#listed.delete(rollout)
  }

  /** The next that no node has run for this rollout; undefined: there is none for now. */
  async next(sharing: Sharing, plan: ShadowPlan): Promise<MirroredCall | undefined> {
    const { knex, keys } = this.#ports
    const { rollout } = sharing
    const heads = await this.#heads(sharing)
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      if (!this.#mayRun(sharing, head)) continue
      if (!(await claimReplay(knex, rollout.id, head.id))) continue
      const kept = await findInvocation(knex, head.id)
      if (kept === undefined) continue
      const { tenant, id, key, sealed } = kept
      const text = open(await keys.byId(tenant, key), sealed, [tenant, id, key]).toString('utf8')
      const recording = JSON.parse(text) as Recording
      if (isDenied(rollout.cohort, recording)) continue
      return this.#mirror(sharing, plan, recording, text.length)
    }
    return undefined
  }

  async #heads({ rollout, versions }: Sharing): Promise<ListedInvocation[]> {
    const { knex, now } = this.#ports
    const before = this.#listed.get(rollout.id)
    const isFresh = before !== undefined && now() - before.at < LIST_EVERY_MS
    if (before !== undefined && (before.heads.length > 0 || isFresh)) return before.heads
    const { plugin, version } = versions.stable
    const wanted = { plugin, version, notReplayedFor: rollout.id, limit: MAX_LISTED }
    const heads = await listAnswered(knex, wanted)
    this.#listed.set(rollout.id, { heads, at: now() })
    return heads
  }

  /** Only where the tenant is in the rollout, of what both versions promise to be safe. */
  #mayRun(sharing: Sharing, { tenant, service, major, operation }: ListedInvocation): boolean {
    const { stable, canary } = sharing.versions
    const binding = this.#ports.snapshot().bindings.get(tenantKey(tenant, stable.plugin))
    const isServed = binding?.binding === 'enabled' && binding.pinnedVersion === null
    const isSafe = [stable, canary].every(
      ({ operations }) =>
        operationOf(operations, service, major, operation)?.definition.safe === true,
    )
    return isServed && isSafe && mayBeCompared(sharing)
  }

  #mirror(
    sharing: Sharing,
    plan: ShadowPlan,
    recording: Recording,
    length: number,
  ): MirroredCall | undefined {
    const { outcome } = recording
    if (!('output' in outcome)) return undefined
    const { rollout, versions } = sharing
    return {
      rollout: rollout.id,
      plugin: versions.stable.plugin,
      kind: 'replay',
      answer: { kind: 'answered', json: JSON.stringify(outcome.output) },
      comparison: {
        ...comparisonOf(sharing, recording, plan),
        // What was redacted is the same as anything of its type.
        isSame: (recorded, replayed) =>
          typeof recorded === 'string' ? sameText(recorded, replayed) : recorded === replayed,
      },
      length,
      run: async (arm) => {
        const report = await this.#replay(versions[arm], recording)
        return { answer: answerOf(report), refused: [] }
      },
    }
  }

  async #replay(version: InstalledVersion, recording: Recording): Promise<ReplayReport> {
    const { runGuest, loadBundle } = this.#ports
    const { source } = await loadBundle(version)
    const isolate = {
      ...recording.isolate,
      version: version.version,
      limits: version.limits,
      // What runs is the bundle with ears on it: no isolate of the version itself may be taken for it.
      bundleSha256: createHash('sha256').update(`replay ${version.bundleSha256}`).digest('hex'),
    }
    const bundle = Buffer.from(source).toString('utf8')
    const { service, major, operation } = recording
    const table = operationOf(version.operations, service, major, operation)?.table ?? service
    const entry = { kind: 'service', service: table, operation } as const
    return runReplay(runGuest, { ...recording, isolate, entry }, bundle)
  }
}

/** Whom the plan keeps from the new version. What was redacted may be a unit or an entity that is listed. */
function isDenied(cohort: Cohort, recording: Recording): boolean {
  if ((cohort.lists?.deny.size ?? 0) === 0) return false
  const { isolate, principal, input } = recording
  const call = { tenant: isolate.tenant, requestId: '', principal, input }
  if (assign(cohort, cohortCallOf(call)).by === 'deny') return true
  const keys = Object.values(cohort.keys ?? {}).map((pointer) => inputKey(input, pointer))
  return keys.some((key) => key !== undefined && hasMarker(key))
}

/** A version that asks the host for something else than the recording has cannot be compared by it. */
function answerOf({ replayed }: ReplayReport): ShadowAnswer {
  if (replayed === null) return { kind: 'unable' }
  if (replayed.kind === 'answered') {
    return { kind: 'answered', json: JSON.stringify(replayed.output) }
  }
  const code = replayed.code ?? ''
  if (replayed.kind === 'refused') return { kind: 'refused', code }
  const outcome = outcomeOfFailure(code, isOfVersion(code) ? 'plugin' : 'host')
  return { kind: outcome === 'unjudged' ? 'unable' : 'failed' }
}

/** The recording does not say who was to blame; what may be the host's is nobody's. */
function isOfVersion(code: string): boolean {
  return /^(SBX_(PLUGIN_THREW|TURN_TIMEOUT|MEMORY_EXCEEDED|LOAD_|HANDLER_MISSING|OUTPUT_)|CORE_ANSWER_)/.test(
    code,
  )
}
