import { randomBytes } from 'node:crypto'
import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { insertService } from '../catalog/catalog-store.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { servingStates } from '../registry/installation-states.ts'
import {
  findInstallation,
  moveInstallation,
  setStableVersion,
  stableVersion,
} from '../registry/registry-store.ts'
import { requireRequired } from '../registry/required-plugins.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import type { CohortBy } from './cohort.ts'
import { judge } from './judge.ts'
import {
  nextRolloutState,
  type RolloutCommand,
  type RolloutGuard,
  type RolloutState,
  rolloutGuards,
  unmetGuards,
} from './rollout-states.ts'
import {
  findCompleted,
  findRollout,
  hasLiveRollout,
  insertRollout,
  insertTransition,
  lockRollout,
  type Rollout,
  readTallies,
  type Tallies,
  type Transition,
  updateRollout,
} from './rollout-store.ts'
import { weightOf } from './rollout-weight.ts'
import type { RoutingTable } from './routing-table.ts'
import { defaultSteps, type Step, stepFaults } from './steps.ts'

/** How long a completed rollout can be taken back by a pointer swap: its old version stays warm so long. */
export const ROLLBACK_WINDOW_MS = 7 * 86_400_000

export interface RolloutWish {
  readonly plugin: string
  readonly version: string
  readonly steps?: readonly Step[] | undefined
  readonly cohortBy?: CohortBy | undefined
}

/** Why a command is given, and what it rests on. */
export interface Ground {
  readonly reason: Localized
  readonly evidence?: Readonly<Record<string, unknown>>
  /** Only where the rollout is still as the decision saw it; else the command is dropped. */
  readonly seen?: { readonly state: RolloutState; readonly step: number }
}

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly now: () => number
}

/** Moves rollouts through their states. Each move is one transaction with generation, audit and event. */
export class RolloutService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Plans a rollout from the stable version; nothing is routed until it is started. */
  async create(caller: Caller, wish: RolloutWish): Promise<Rollout> {
    const { plugin, version, steps = defaultSteps, cohortBy = 'request' } = wish
    const faults = stepFaults(steps).map((fault) => ({
      ...fault,
      pointer: `/steps${fault.pointer}`,
    }))
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
    const id = `rol_${randomBytes(8).toString('hex')}`
    const detail = { plugin, version, cohortBy }
    const change = { ...caller, action: 'rollout.created', subject: id, tenant: null, detail }
    await commitRoutedChange(this.#ports.knex, change, async (trx) => {
      await requireRequired(trx, plugin, version)
      const { stableVersion: stable } = await lockInstalled(trx, plugin)
      if (stable === null) throw coreErrors.create('PLUGIN_MISSING', { plugin })
      await requireServing(trx, plugin, version)
      if (version === stable) {
        throw coreErrors.create('ROLLOUT_POINTLESS', { plugin, version })
      }
      const row = { id, plugin, from: stable, to: version, state: 'ready', step: 0 } as const
      await insertRollout(trx, { ...row, cohortBy, steps })
    })
    return (await findRollout(this.#ports.knex, id)) as Rollout
  }

  /**
   * @returns the rollout after the command, or as it is where it is no longer as `ground.seen` says
   * @throws CORE_ROLLOUT_MISSING, CORE_ROLLOUT_COMMAND_REFUSED naming what stands in the way
   */
  async command(
    caller: Caller,
    id: string,
    command: RolloutCommand,
    ground: Ground,
  ): Promise<Rollout> {
    const { knex, routing } = this.#ports
    const known = await findRollout(knex, id)
    if (known === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
    const detail = {
      plugin: known.plugin,
      reason: ground.reason.en,
      evidence: ground.evidence ?? {},
    }
    const change = { ...caller, action: `rollout.${command}`, subject: id, tenant: null, detail }
    try {
      const { generation } = await commitRoutedChange(
        knex,
        change,
        (trx) => this.#move(trx, caller, known, command, ground),
        (trx, transition, generation) => insertTransition(trx, id, { ...transition, generation }),
      )
      await routing.reach(generation)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
    }
    return (await findRollout(knex, id)) as Rollout
  }

  /** Back to the version before, at once: the last completed rollout of what is stable now is taken back. */
  async rollback(caller: Caller, plugin: string, ground: Ground, to?: string): Promise<Rollout> {
    const { knex } = this.#ports
    // Asked of the database: this node may not have heard of a promotion on another one yet.
    const stable = await stableVersion(knex, plugin)
    if (stable === null) throw coreErrors.create('PLUGIN_MISSING', { plugin })
    const rollout = await findCompleted(knex, plugin, stable)
    if (rollout === undefined || (to !== undefined && rollout.from !== to)) {
      throw coreErrors.create('ROLLBACK_UNKNOWN', { plugin, version: stable, to: to ?? 'before' })
    }
    return this.command(caller, rollout.id, 'rollback', ground)
  }

  async #move(
    trx: Knex.Transaction,
    caller: Caller,
    { id, plugin, to }: Rollout,
    command: RolloutCommand,
    ground: Ground,
  ): Promise<Omit<Transition, 'generation'>> {
    if (command === 'start') await requireRequired(trx, plugin, to)
    // The plugin before its rollout, as a removal of it does.
    const { stableVersion: stable } = await lockInstalled(trx, plugin)
    const locked = await lockRollout(trx, id)
    if (locked === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
    const { state, step } = locked
    if (ground.seen !== undefined && (ground.seen.state !== state || ground.seen.step !== step)) {
      throw new Overtaken()
    }
    const tallies = await readTallies(trx, id)
    const next = nextRolloutState(state, command)
    const facts = await this.#facts(trx, locked, stable, tallies)
    const unmet = unmetGuards(state, command, facts)
    if (next === undefined || unmet.length > 0) {
      const reason =
        next === undefined ? `it is ${state}` : rolloutGuards[unmet[0] as RolloutGuard].en
      throw coreErrors.create('ROLLOUT_COMMAND_REFUSED', { rollout: id, command, reason })
    }
    const nextStep = command === 'advance' ? step + 1 : step
    const begins = command === 'start' || command === 'advance' || command === 'resume'
    const begin = { at: this.#ports.now(), exposures: tallies.judge.calls.canary }
    await updateRollout(trx, id, { state: next, step: nextStep, ...(begins ? { begin } : {}) })
    await this.#switch(trx, locked, command)
    return {
      command,
      from: state,
      to: next,
      step: nextStep,
      weightBp: weightOf({ ...locked, state: next, step: nextStep }),
      actor: caller.actor,
      reason: ground.reason,
      evidence: ground.evidence ?? {},
    }
  }

  /** The pointer swap: what is stable from this generation on. The other version stays installed and warm. */
  async #switch(trx: Knex.Transaction, rollout: Rollout, command: RolloutCommand): Promise<void> {
    if (command !== 'promote' && command !== 'rollback') return
    const { plugin, from, to } = rollout
    const [now, before] = command === 'promote' ? [to, from] : [from, to]
    await moveInstallation(trx, { plugin, version: before }, 'stable', 'warm')
    await moveInstallation(trx, { plugin, version: now }, 'warm', 'stable')
    await setStableVersion(trx, plugin, now)
    const installation = await findInstallation(trx, plugin, now)
    for (const { id, major } of Object.values(installation?.contracts ?? {})) {
      await insertService(trx, { id, major, plugin })
    }
  }

  async #facts(
    trx: Knex.Transaction,
    rollout: Rollout,
    stable: string | null,
    tallies: Tallies,
  ): Promise<Record<RolloutGuard, boolean>> {
    const { id, plugin, from, to, step, steps, cohortBy, updatedAt } = rollout
    const serves = async (version: string) => {
      const installation = await findInstallation(trx, plugin, version)
      return installation !== undefined && servingStates.includes(installation.state)
    }
    return {
      'versions-warm': (await serves(from)) && (await serves(to)),
      alone: !(await hasLiveRollout(trx, plugin, id)),
      'next-step': step + 1 < steps.length,
      'not-condemned': judge(tallies.judge, cohortBy).verdict !== 'stop',
      'still-stable': stable === to,
      'from-stable': stable === from,
      'window-open': this.#ports.now() - Date.parse(updatedAt) < ROLLBACK_WINDOW_MS,
    }
  }
}

/** Another command was first: what this one was decided upon is no longer so. */
class Overtaken extends Error {}

async function requireServing(trx: Knex, plugin: string, version: string): Promise<void> {
  const installation = await findInstallation(trx, plugin, version)
  if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
  const { state } = installation
  if (!servingStates.includes(state)) {
    throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state })
  }
}
