import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { evidencePoint } from './evidence/evidence-point.ts'
import { EvidenceRecorder } from './evidence/evidence-recorder.ts'
import { hardTrip } from './hard-trips.ts'
import { evidence } from './judge.ts'
import { NodeCounters } from './node-counters.ts'
import type { Ground, RolloutService } from './rollout-service.ts'
import {
  listLiveRollouts,
  putTallies,
  type Rollout,
  readTallies,
  type Tallies,
} from './rollout-store.ts'
import { weightOf } from './rollout-weight.ts'
import { type StepDecision, stepDecision } from './steps.ts'

/** A step that may end, ends within this; bad news does not wait for it. */
const TICK_MS = 250

interface Ports {
  readonly knex: Knex
  readonly rollouts: RolloutService
  /** Names this process, not the machine: a restarted host counts from nothing. */
  readonly node: string
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

const caller = { actor: 'judge', traceId: null }

/**
 * Writes what this node has counted, looks at what all nodes have counted, and moves rollouts on or back.
 * Every node runs one: a move is done only where the rollout is still as the decision saw it, so two
 * controllers never do it twice, and there is no leader to wait for when one of them dies.
 */
export class RolloutController {
  readonly #ports: Ports
  readonly #counters = new Map<string, NodeCounters>()
  readonly #evidence: EvidenceRecorder
  readonly #written = new Map<string, number>()
  /** Rollouts that the last look failed for: a warning is given when it begins, not four times a second. */
  readonly #troubled = new Set<string>()
  #isAway = false
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#evidence = new EvidenceRecorder(ports)
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), TICK_MS)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#looking
  }

  countersOf(rollout: string): NodeCounters {
    const counters = this.#counters.get(rollout) ?? new NodeCounters()
    this.#counters.set(rollout, counters)
    return counters
  }

  /** One look at a time; who asks during one gets another after it. Never rejects. */
  look(): void {
    if (this.#stopped) return
    if (this.#looking !== undefined) {
      this.#again = true
      return
    }
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = undefined
      if (!this.#again) return
      this.#again = false
      this.look()
    })
  }

  async #lookOnce(): Promise<void> {
    try {
      const live = await listLiveRollouts(this.#ports.knex)
      for (const rollout of live) await this.#judgeAlone(rollout)
      await this.#forget(new Set(live.map(({ id }) => id)))
      this.#isAway = false
    } catch (err) {
      if (!this.#isAway) {
        this.#ports.log.warn({ err }, 'rollouts cannot be judged; their weights stay as they are')
      }
      this.#isAway = true
    }
  }

  /** One rollout that cannot be moved must not keep the judge from the others. */
  async #judgeAlone(rollout: Rollout): Promise<void> {
    const { id } = rollout
    try {
      await this.#judge(rollout)
      this.#troubled.delete(id)
    } catch (err) {
      if (!this.#troubled.has(id)) {
        this.#ports.log.warn({ err, rollout: id }, 'a rollout cannot be moved; its weight stays')
      }
      this.#troubled.add(id)
    }
  }

  async #judge(rollout: Rollout): Promise<void> {
    await this.#write(rollout.id)
    const tallies = await readTallies(this.#ports.knex, rollout.id)
    await this.#evidence.record(rollout.id, pointOf(rollout, tallies))
    const against = condemnation(rollout, tallies, this.#ports.now())
    if (against !== undefined) {
      await this.#command(rollout, 'abort', against)
      return
    }
    if (rollout.state !== 'running') return
    const decision = decide(rollout, tallies, this.#ports.now())
    const ground = { reason: decision.reason, evidence: { calls: tallies.judge.calls } }
    if (decision.kind === 'advance') await this.#command(rollout, 'advance', ground)
    if (decision.kind === 'complete') await this.#command(rollout, 'promote', ground)
  }

  async #command(
    rollout: Rollout,
    command: 'abort' | 'advance' | 'promote',
    ground: Ground,
  ): Promise<void> {
    const { state, step } = rollout
    await this.#ports.rollouts.command(caller, rollout.id, command, {
      ...ground,
      seen: { state, step },
    })
  }

  async #write(id: string): Promise<void> {
    const counters = this.#counters.get(id)
    if (counters === undefined || this.#written.get(id) === counters.changes) return
    const { changes, judge, trips } = counters
    await putTallies(this.#ports.knex, id, this.#ports.node, { judge, trips })
    this.#written.set(id, changes)
  }

  /** A rollout that is over: what its last calls added is written, and then nothing of it is kept. */
  async #forget(live: ReadonlySet<string>): Promise<void> {
    this.#evidence.forget(live)
    for (const id of this.#troubled) if (!live.has(id)) this.#troubled.delete(id)
    for (const [id, counters] of this.#counters) {
      if (live.has(id)) continue
      // What is counted while this is written is left for the next look.
      const isWritten = this.#written.get(id) === counters.changes
      await this.#write(id)
      if (!isWritten) continue
      this.#counters.delete(id)
      this.#written.delete(id)
    }
  }
}

/** What ends the rollout now, in words; undefined: nothing. Also while it is paused. */
function condemnation(rollout: Rollout, tallies: Tallies, now: number): Ground | undefined {
  const trip = hardTrip(tallies.trips, { now, weightBp: weightOf(rollout), canary: rollout.to })
  if (trip !== undefined) {
    return { reason: trip.sentence, evidence: { trip: trip.kind, trips: tallies.trips } }
  }
  const found = evidenceOf(rollout, tallies)
  if (found.verdict !== 'stop') return undefined
  const { sentence, ...figures } = found
  return { reason: sentence, evidence: { ...figures, calls: tallies.judge.calls } }
}

export function evidenceOf({ cohortBy, from, to }: Rollout, { judge }: Tallies) {
  return evidence(judge, { cohortBy, canary: to, stable: from })
}

function pointOf(rollout: Rollout, tallies: Tallies) {
  const place = { step: rollout.step, weightBp: weightOf(rollout) }
  return evidencePoint(place, tallies.judge.calls, evidenceOf(rollout, tallies))
}

/** What the step waits for, or that it is done. */
export function decide(rollout: Rollout, tallies: Tallies, now: number): StepDecision {
  const step = rollout.steps[rollout.step]
  if (step === undefined) return { kind: 'hold', reason: noStep }
  return stepDecision(step, {
    now,
    stepStartedAt: rollout.stepStartedAt ?? now,
    exposuresInStep: Math.max(0, tallies.judge.calls.canary - rollout.exposuresBefore),
    verdict: evidenceOf(rollout, tallies).verdict,
  })
}

const noStep: Localized = { en: 'the plan has no such step', 'zh-CN': '计划中没有该步骤' }
