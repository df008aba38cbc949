import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { shadowOf } from '../plan/steps.ts'
import type { Rollout } from '../rollout-store.ts'
import { sharingOf } from '../routing/pick-version.ts'
import type { Snapshot } from '../routing/snapshot.ts'
import { type AnsweredCall, mirrorOf } from './live-mirror.ts'
import type { RecordedMirrors } from './recorded-mirrors.ts'
import type { ShadowPlan } from './shadow-plan.ts'
import type { ShadowRunner } from './shadow-runner.ts'
import { shadowSentence } from './shadow-sentences.ts'
import { putShadowTally, readShadowTally } from './shadow-store.ts'
import type { ShadowTally } from './shadow-tally.ts'
import { type JudgedPath, judgedPaths, judgeShadow } from './shadow-verdict.ts'

/** Recorded calls that are offered at one look, four of which come each second. */
const REPLAYS_A_LOOK = 8
/** Of the paths that differ, so many are shown. */
const SHOWN_PATHS = 20

interface Ports {
  readonly knex: Knex
  /** Names this process: see RolloutController. */
  readonly node: string
  readonly snapshot: () => Snapshot
  readonly runner: ShadowRunner
  readonly recorded: RecordedMirrors
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** A rollout as far as its shadow step is concerned. */
type ShadowedRollout = Pick<Rollout, 'id' | 'plugin' | 'to'>

/**
 * - `abort` where a difference is proven. Nobody has been given an answer of the new version, so that going back
 *   costs nothing; a pause would be resumed by habit, and the difference with it. One that is wanted is named in
 *   the `ignore` of the next plan, where it is written down.
 */
export interface ShadowDecision {
  readonly kind: 'hold' | 'advance' | 'abort'
  readonly reason: Localized
  readonly evidence: ShadowEvidence
}

export interface ShadowEvidence extends Omit<ShadowTally, 'paths'> {
  /** Most telling first. */
  readonly paths: readonly JudgedPath[]
  /** What a path needs to be proven. */
  readonly threshold: number
}

/** Compares the answers of a version that nobody is given yet, and says when it may go on. */
export class ShadowSide {
  readonly #ports: Ports
  readonly #written = new Map<string, number>()
  /** By rollout, what is under way to read recordings. */
  readonly #offering = new Map<string, Promise<void>>()
  #isAway = false
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** After the caller of a safe call was answered by stable. Returns at once and never throws. */
  offer(answered: AnsweredCall): void {
    const { random, runner } = this.#ports
    const plan = answered.sharing.rollout.shadow
    if (plan === undefined || random() >= plan.sample) return
    const mirror = mirrorOf(answered, plan)
    if (mirror !== undefined) runner.offer(mirror)
  }

  /** What the step has come to: writes what this node saw, and judges what all nodes have seen. */
  async look(rollout: ShadowedRollout, plan: ShadowPlan): Promise<ShadowDecision> {
    const { knex } = this.#ports
    await this.#write(rollout.id)
    const tally = await readShadowTally(knex, rollout.id)
    const decision = decideShadow(tally, plan, rollout.to)
    // Not waited for: what reads recordings must not keep the judge from other rollouts.
    if (decision.kind === 'hold' && plan.replay === true) this.#beginOffering(rollout, plan)
    return decision
  }

  /**
   * A rollout whose shadow is over: what its last calls added is written, and then nothing of it is kept.
   * @returns how many are kept all the same, until the next look
   */
  async settle(live: ReadonlySet<string>): Promise<number> {
    const { runner, recorded } = this.#ports
    let left = 0
    for (const id of runner.rollouts()) {
      if (live.has(id)) continue
      const isWritten = this.#written.get(id) === runner.seenOf(id).changes
      await this.#write(id)
      // What is counted while this is written is left for the next look.
      if (!isWritten) {
        left++
        continue
      }
      runner.forget(id)
      recorded.forget(id)
      this.#written.delete(id)
    }
    return left
  }

  async #write(id: string): Promise<void> {
    const { knex, node, runner } = this.#ports
    const { tally, changes } = runner.seenOf(id)
    if (changes === 0 || this.#written.get(id) === changes) return
    await putShadowTally(knex, id, node, tally)
    this.#written.set(id, changes)
  }

  /** Resolves when no recording is read any more; none is begun after it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#offering.values())
  }

  /** Of a rollout, one at a time. Never rejects. */
  #beginOffering(rollout: ShadowedRollout, plan: ShadowPlan): void {
    const { id } = rollout
    if (this.#isStopped || this.#offering.has(id)) return
    const offering = this.#offerRecorded(rollout, plan).finally(() => this.#offering.delete(id))
    this.#offering.set(id, offering)
  }

  /** A recording that cannot be read must not keep the step from being judged. */
  async #offerRecorded({ id, plugin }: ShadowedRollout, plan: ShadowPlan): Promise<void> {
    const { snapshot, runner, recorded, log } = this.#ports
    const sharing = sharingOf(snapshot(), plugin)
    if (sharing?.rollout.id !== id || sharing.rollout.isWithheld === true) return
    if (!runner.isIdle) return
    try {
      for (let offered = 0; offered < REPLAYS_A_LOOK && !this.#isStopped; offered++) {
        const mirror = await recorded.next(sharing, plan)
        if (mirror === undefined) break
        runner.offer(mirror)
      }
      this.#isAway = false
    } catch (err) {
      if (!this.#isAway) log.warn({ err, rollout: id }, 'recorded calls cannot be run again')
      this.#isAway = true
    }
  }
}

/** Pure: what the tally of all nodes comes to. */
function decideShadow(tally: ShadowTally, plan: ShadowPlan, canary: string): ShadowDecision {
  const finding = judgeShadow(tally, plan)
  const { paths: _, ...counts } = tally
  const kind = ({ few: 'hold', same: 'advance', different: 'abort' } as const)[finding.kind]
  return {
    kind,
    reason: shadowSentence(finding, tally, { canary, plan }),
    evidence: {
      ...counts,
      paths: judgedPaths(tally).slice(0, SHOWN_PATHS),
      threshold: finding.threshold,
    },
  }
}

/** For the description of a rollout; undefined where its plan has no such step. */
export async function readShadow(
  knex: Knex,
  { id, to, steps }: Pick<Rollout, 'id' | 'to' | 'steps'>,
): Promise<ShadowDecision | undefined> {
  const plan = steps.map(shadowOf).find((one) => one !== undefined)
  return plan === undefined ? undefined : decideShadow(await readShadowTally(knex, id), plan, to)
}
