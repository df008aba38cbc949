import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { CallService } from '../broker/call-scope.ts'
import { OneAtATime } from '../storage/one-at-a-time.ts'
import { everyMs, type Wakes } from '../storage/wakes.ts'
import { endOrphans } from './documents/end-orphans.ts'
import { EvidenceRecorder } from './evidence/evidence-recorder.ts'
import { NodeCounters } from './judge/node-counters.ts'
import { ReadHealth } from './judge/read-health.ts'
import type { Ground } from './move-rollout.ts'
import { GateKeeper } from './plan/gate-keeper.ts'
import { freshAnswer } from './plan/question.ts'
import type { SendHook } from './plan/send-hook.ts'
import type { StepDecision } from './plan/step-decision.ts'
import { askedBy, shadowOf } from './plan/steps.ts'
import { blindness, condemnation, decide, pointOf } from './rollout-decision.ts'
import type { RolloutService } from './rollout-service.ts'
import type { RolloutCommand } from './rollout-states.ts'
import { listLiveRollouts, type Rollout } from './rollout-store.ts'
import type { ShadowDecision, ShadowSide } from './shadow/shadow-side.ts'
import { readStandstill } from './standstill/freeze-store.ts'
import type { Standstill } from './standstill/freezes.ts'
import { putTallies, readTallies, type Tallies } from './tally-store.ts'

/** A step that may end, ends within this; bad news does not wait for it. */
const TICK_MS = 250

interface Ports {
  readonly knex: Knex
  readonly rollouts: RolloutService
  /** Names this process, not the machine: a restarted host counts from nothing. */
  readonly node: string
  readonly now: () => number
  /** Whether this node withholds canaries: it then brings none further, but takes them back. */
  readonly isDeaf?: () => boolean
  /** Without it, no rollout gets beyond a shadow step. */
  readonly shadow?: ShadowSide
  /** Tells that there are rollouts to look at; without it, they are looked for. */
  readonly wakes?: Wakes
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
  readonly #health = new ReadHealth()
  /** Rollouts that the last look failed for: a warning is given when it begins, not four times a second. */
  readonly #troubled = new Set<string>()
  #gates: GateKeeper | undefined
  #isAway = false
  #isStopped = true
  readonly #looking = new OneAtATime(() => this.#lookOnce())
  #timer: NodeJS.Timeout | undefined
  #end: () => void = () => undefined

  constructor(ports: Ports) {
    this.#ports = ports
    this.#evidence = new EvidenceRecorder(ports)
  }

  /** @param asking how the data services of gates, and the addresses of hooks, are asked */
  start(asking: { readonly callService: CallService; readonly sendHook: SendHook }): void {
    const { knex, now, log } = this.#ports
    this.#gates = new GateKeeper({ knex, now, log, ...asking, onAnswer: () => this.look() })
    this.#isStopped = false
    this.#end = (this.#ports.wakes ?? everyMs(TICK_MS)).begin(() => this.look())
  }

  async stop(): Promise<void> {
    this.#end()
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#looking.stop()
    await this.#gates?.stop()
  }

  /** By which nodes compare what they have noted: no host's own clock. */
  get now(): () => number {
    return this.#ports.now
  }

  get shadow(): ShadowSide | undefined {
    return this.#ports.shadow
  }

  countersOf(rollout: string): NodeCounters {
    const known = this.#counters.get(rollout)
    if (known !== undefined) return known
    const counters = new NodeCounters()
    this.#counters.set(rollout, counters)
    // Also what a call adds after its rollout is over: no look would come for it.
    if (this.#timer === undefined) this.#lookIn(TICK_MS)
    return counters
  }

  /** One look at a time; who asks during one gets another after it. Never rejects. */
  look(): void {
    this.#looking.ask()
  }

  async #lookOnce(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const beganAt = performance.now()
    if (await this.#lookAtAll()) this.#lookIn(TICK_MS - (performance.now() - beganAt))
  }

  #lookIn(ms: number): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.look(), Math.max(0, ms))
    this.#timer.unref()
  }

  /** @returns whether there is something to look at again a tick later, without being told */
  async #lookAtAll(): Promise<boolean> {
    try {
      await endOrphans(this.#ports.knex, (rollout, ground) =>
        this.#alone(rollout.id, () => this.#command(rollout, 'abort', ground)),
      )
      const live = await listLiveRollouts(this.#ports.knex)
      if (live.length > 0) {
        const standstill = await readStandstill(this.#ports.knex)
        for (const group of groupsOf(live)) {
          await this.#alone(group[0].id, () => this.#judge(group, standstill))
        }
      }
      await this.#forget(new Set(live.map(({ id }) => id)))
      const shadowed = live.filter(({ step, steps }) => shadowOf(steps[step]) !== undefined)
      const left = await this.shadow?.settle(new Set(shadowed.map(({ id }) => id)))
      this.#isAway = false
      return live.length + this.#counters.size + (left ?? 0) > 0
    } catch (err) {
      if (!this.#isAway) {
        this.#ports.log.warn({ err }, 'rollouts cannot be judged; their weights stay as they are')
      }
      this.#isAway = true
      return true
    }
  }

  /** One rollout that cannot be moved must not keep the judge from the others. */
  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#troubled.delete(id)
    } catch (err) {
      if (!this.#troubled.has(id)) {
        this.#ports.log.warn({ err, rollout: id }, 'a rollout cannot be moved; its weight stays')
      }
      this.#troubled.add(id)
    }
  }

  async #judge(group: Group, standstill: Standstill): Promise<void> {
    const [lead] = group
    const seen: Seen[] = []
    const troubles: unknown[] = []
    for (const rollout of group) {
      try {
        const one = await this.#see(rollout)
        if (one === undefined) return
        seen.push(one)
      } catch (error) {
        // A member that cannot be judged must not keep the judge from one that goes wrong.
        troubles.push(error)
      }
    }
    if (troubles.length > 0) throw troubles[0]
    if (lead.state === 'paused') return
    const now = this.#ports.now()
    const decision = slowest(
      seen.map((one) => decide(one.rollout, one.tallies, now, standstill, one.shadow)),
    )
    const asked = askedBy(lead.steps[lead.step])
    if (decision.asks === 'gate' && asked !== undefined) {
      const { revision } = lead
      // Asked again when what it said is no longer fresh.
      if (freshAnswer(lead.gateAnswer, { revision, now }) === undefined) {
        this.#gates?.ask(group, asked)
      }
    }
    const command = commandOf[decision.kind]
    if (command === undefined) return
    if (command !== 'pause' && this.#ports.isDeaf?.() === true) return
    await this.#command(lead, command, groundOf(decision, seen))
  }

  /** @returns undefined: it was taken back, and with it its group */
  async #see(rollout: Rollout): Promise<Seen | undefined> {
    const { tallies, against, point } = await this.#examine(rollout)
    await this.#evidence.record(rollout.id, point)
    if (against !== undefined) {
      await this.#command(rollout, 'abort', against)
      return undefined
    }
    const shadow = await this.#compared(rollout)
    if (shadow?.kind === 'abort') {
      const { reason, evidence: compared } = shadow
      await this.#command(rollout, 'abort', { reason, evidence: { shadow: compared } })
      return undefined
    }
    return { rollout, tallies, shadow }
  }

  /**
   * @throws what kept it from being read, or from being judged by what was read: a version that nobody can judge is
   * paused, and at last taken back
   */
  async #examine(rollout: Rollout) {
    const { knex, now } = this.#ports
    try {
      await this.#write(rollout.id)
      const tallies = await readTallies(knex, rollout.id)
      const against = condemnation(rollout, tallies, now())
      const point = pointOf(rollout, tallies)
      this.#health.succeeded(rollout.id)
      return { tallies, against, point }
    } catch (error) {
      const code = error instanceof CodedError ? error.code : null
      const source = this.#health.failed(rollout.id, now(), code)
      const due = blindness(rollout, source, now())
      if (due !== undefined) await this.#command(rollout, due.command, due.ground)
      throw error
    }
  }

  /** What a shadow step has come to; undefined: it is in none, or is paused. */
  async #compared(rollout: Rollout): Promise<ShadowDecision | undefined> {
    const plan = shadowOf(rollout.steps[rollout.step])
    if (plan === undefined || rollout.state !== 'running') return undefined
    return this.shadow?.look(rollout, plan)
  }

  async #command(rollout: Rollout, command: RolloutCommand, ground: Ground): Promise<void> {
    const { revision } = rollout
    const { rollouts } = this.#ports
    if (command !== 'abort') {
      await rollouts.command(caller, rollout.id, command, { ...ground, seen: { revision } })
      return
    }
    // To go back needs no fence: whatever the rollout has become meanwhile, it is not to go on.
    await rollouts.command(caller, rollout.id, command, ground).catch((error: unknown) => {
      // It is over: another node, or a person, was first.
      const isRefused = error instanceof CodedError && error.code === 'CORE_ROLLOUT_COMMAND_REFUSED'
      if (!isRefused) throw error
    })
  }

  async #write(id: string): Promise<void> {
    const counters = this.#counters.get(id)
    if (counters === undefined || this.#written.get(id) === counters.changes) return
    const { changes, judge, trips, units } = counters
    await putTallies(this.#ports.knex, id, this.#ports.node, { judge, trips, units })
    this.#written.set(id, changes)
  }

  /** A rollout that is over: what its last calls added is written, and then nothing of it is kept. */
  async #forget(live: ReadonlySet<string>): Promise<void> {
    this.#evidence.forget(live)
    this.#health.forget(live)
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

interface Seen {
  readonly rollout: Rollout
  readonly tallies: Tallies
  readonly shadow?: ShadowDecision | undefined
}

/** Rollouts that are moved together, by id; most are alone. */
type Group = readonly [Rollout, ...Rollout[]]

function groupsOf(rollouts: readonly Rollout[]): readonly Group[] {
  const groups = Object.groupBy(rollouts, ({ id, group }) => group ?? id)
  return Object.values(groups) as unknown as readonly Group[]
}

const commandOf: Readonly<Partial<Record<StepDecision['kind'], RolloutCommand>>> = {
  advance: 'advance',
  bake: 'bake',
  complete: 'promote',
  pause: 'pause',
}

/** Of what a group's members decide: the first that has to be looked at, or has to wait, speaks for all. */
function slowest(decisions: readonly StepDecision[]): StepDecision {
  const looks = decisions.find(({ kind }) => kind === 'pause')
  const waits = looks ?? decisions.find(({ kind }) => kind === 'hold')
  return waits ?? (decisions[0] as StepDecision)
}

function groundOf({ reason, pauseFor }: StepDecision, seen: readonly Seen[]): Ground {
  const [lead] = seen as readonly [Seen]
  const gate = lead.rollout.gateAnswer
  const isOf = gate?.revision === lead.rollout.revision
  const calls =
    seen.length === 1
      ? lead.tallies.judge.calls
      : Object.fromEntries(
          seen.map(({ rollout, tallies }) => [rollout.plugin, tallies.judge.calls]),
        )
  return {
    reason,
    evidence: {
      calls,
      ...(isOf ? { gate } : {}),
      ...(lead.shadow === undefined ? {} : { shadow: lead.shadow.evidence }),
    },
    ...(pauseFor === undefined ? {} : { pauseFor }),
  }
}
