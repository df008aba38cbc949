import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { type Change, commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { stableVersion } from '../registry/registry-store.ts'
import { requireRequired } from '../registry/required-plugins.ts'
import { isOfPlugin } from './documents/document-subject.ts'
import {
  type Ground,
  type MetRehearsals,
  type Moved,
  moveRollouts,
  Overtaken,
} from './move-rollout.ts'
import {
  listsOf,
  measuredFor,
  type PlanWish,
  type PluginVersion,
  planFaults,
  planOf,
  planRollout,
} from './plan/plan-rollout.ts'
import { whoIsAsked } from './plan/steps.ts'
import { type RetryWish, retriedTargets } from './retry-rollout.ts'
import type { RolloutCommand } from './rollout-states.ts'
import {
  findCompleted,
  findRollout,
  insertTransition,
  listGroup,
  type Rollout,
} from './rollout-store.ts'
import type { RoutingTable } from './routing/routing-table.ts'

export interface RolloutWish extends PluginVersion, PlanWish {
  /** Other plugins that belong to this version: all are moved together. */
  readonly together?: readonly PluginVersion[] | undefined
}

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly now: () => number
}

/** Whether a version's migration may be released; see rehearsal/rehearsal-service.ts. */
interface Rehearsals {
  /** @returns of which texts it ended; undefined: it did not */
  ensure(rollout: Rollout): Promise<string | undefined>
  isMet(trx: Knex, rollout: Rollout, digest: string): Promise<boolean>
}

/** What is the same for every rollout that is planned together. */
interface NewPlan {
  readonly plan: Pick<Rollout, 'cohortBy' | 'keys' | 'steps' | 'analysis' | 'planChoice'> & {
    /** Absent: drawn anew. */
    readonly salt?: string
  }
  readonly listsOf: (trx: Knex) => Promise<Rollout['lists']>
  /** The rollout that is planned once more. */
  readonly retryOf?: string
}

/** Moves rollouts through their states. Each move is one transaction with generation, audit and event. */
export class RolloutService {
  readonly #ports: Ports
  #rehearsals: Rehearsals | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** From now on no rollout starts before its migration was rehearsed. */
  rehearseWith(rehearsals: Rehearsals): void {
    this.#rehearsals = rehearsals
  }

  /** Plans a rollout from the stable version, or a group of them; nothing is routed until it is started. */
  async create(caller: Caller, wish: RolloutWish): Promise<Rollout> {
    const { plugin, version, together = [] } = wish
    const measured = await measuredFor(this.#ports.knex, this.#ports.routing.snapshot, wish)
    const { plan, choice } = planOf(wish, measured)
    const { steps, cohortBy, keys, analysis } = plan
    const faults = planFaults(plan)
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
    return this.#plan(caller, [{ plugin, version }, ...together], {
      plan: {
        cohortBy,
        keys,
        steps,
        analysis,
        planChoice: choice,
        ...(wish.salt === undefined ? {} : { salt: wish.salt }),
      },
      listsOf: (trx) => listsOf(trx, plan),
    })
  }

  /** The first of the targets is the one that is answered. */
  async #plan(
    caller: Caller,
    targets: readonly PluginVersion[],
    { plan, listsOf, retryOf }: NewPlan,
  ): Promise<Rollout> {
    const { cohortBy } = plan
    const planned = withIds(targets)
    const group = targets.length === 1 ? null : newId('grp')
    // Asked for in one order, whatever the request's: two groups never wait for each other in a circle.
    const locked = planned.toSorted((one, other) => (one.plugin < other.plugin ? -1 : 1))
    const changes = planned.map((one): Change => {
      const told = { plugin: one.plugin, version: one.version, cohortBy, group }
      const detail = retryOf === undefined ? told : { ...told, retryOf }
      return { ...caller, action: 'rollout.created', subject: one.id, tenant: null, detail }
    })
    await commitRoutedChange(
      this.#ports.knex,
      () => changes,
      async (trx) => {
        const lists = await listsOf(trx)
        for (const one of locked) await requireRequired(trx, one.plugin, one.version)
        for (const { id, ...target } of locked) {
          await planRollout(trx, target, { salt: group ?? id, ...plan, id, group, lists })
        }
      },
    )
    return (await findRollout(this.#ports.knex, planned[0]?.id ?? '')) as Rollout
  }

  /**
   * Plans once more what was taken back, on the same draw.
   * @throws CORE_ROLLOUT_MISSING, CORE_ROLLOUT_RETRY_REFUSED, and what planRollout throws
   */
  async retry(caller: Caller, id: string, wish: RetryWish): Promise<Rollout> {
    const before = await listGroup(this.#ports.knex, id)
    const named = before.find((one) => one.id === id)
    if (named === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
    const targets = retriedTargets(before, named, wish)
    const { salt, cohortBy, keys, lists, steps, analysis, planChoice } = named
    const plan = { salt, cohortBy, keys, steps, analysis, planChoice }
    return this.#plan(caller, targets, { plan, listsOf: async () => lists, retryOf: id })
  }

  /**
   * @returns the rollout after the command, or as it is where it is no longer as `ground.seen` says
   * @throws CORE_ROLLOUT_MISSING, CORE_ROLLOUT_COMMAND_REFUSED naming what stands in the way,
   *   CORE_ROLLOUT_CHANGED of a strict ground
   */
  async command(
    caller: Caller,
    id: string,
    command: RolloutCommand,
    ground: Ground,
  ): Promise<Rollout> {
    const { knex, routing, now } = this.#ports
    const rehearsals = command === 'start' ? await this.#rehearse(id) : undefined
    const asked = { id, command, actor: caller.actor, ground, now: now(), rehearsals }
    try {
      const { generation } = await commitRoutedChange<readonly Moved[]>(
        knex,
        (moved) => moved.map((one) => changeOf(caller, one)),
        (trx) => moveRollouts(trx, asked),
        async (trx, moved, next) => {
          for (const { rollout, transition } of moved) {
            await insertTransition(trx, rollout.id, { ...transition, generation: next })
          }
        },
      )
      await routing.reach(generation)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
      if (ground.isStrict === true) {
        const revision = ground.seen?.revision ?? 0
        throw coreErrors.create('ROLLOUT_CHANGED', { rollout: id, revision })
      }
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
      throw coreErrors.create('ROLLBACK_UNKNOWN', { plugin, version: stable, to: to ?? anOlder })
    }
    return this.command(caller, rollout.id, 'rollback', ground)
  }

  /** What it finds is the guard's to ask; a rollout that is not there, or not planned, is the move's to refuse. */
  async #rehearse(id: string): Promise<MetRehearsals | undefined> {
    const rehearsals = this.#rehearsals
    if (rehearsals === undefined) return undefined
    const planned = (await listGroup(this.#ports.knex, id)).filter(
      (one) => one.state === 'ready' && isOfPlugin(one),
    )
    const ended = new Map<string, string | undefined>()
    await Promise.all(planned.map(async (one) => ended.set(one.id, await rehearsals.ensure(one))))
    return {
      isMet: async (trx, rollout) => {
        const digest = ended.get(rollout.id)
        return digest !== undefined && (await rehearsals.isMet(trx, rollout, digest))
      },
    }
  }
}

function newId(kind: 'rol' | 'grp'): string {
  return `${kind}_${randomBytes(8).toString('hex')}`
}

/** @throws CORE_INPUT_INVALID: a plugin stands there twice */
function withIds(targets: readonly PluginVersion[]) {
  const plugins = targets.map(({ plugin }) => plugin)
  const twice = plugins.findIndex((plugin, index) => plugins.indexOf(plugin) !== index)
  if (twice > 0) {
    const fault = { pointer: `/together/${twice - 1}/plugin`, detail: 'stands there twice' }
    throw coreErrors.create('INPUT_INVALID', {}, { faults: [fault] })
  }
  return targets.map((target) => ({ ...target, id: newId('rol') }))
}

/** What the audit and the event say of a move. */
function changeOf(caller: Caller, { rollout, transition }: Moved): Change {
  const { plugin, kind, document, tenant, from, to, group, id } = rollout
  const { command, step, weightBp, reason, evidence } = transition
  const state = { before: transition.from, after: transition.to }
  return {
    ...caller,
    action: `rollout.${command}`,
    subject: id,
    tenant,
    detail: {
      plugin,
      kind,
      document,
      tenant,
      asked: whoIsAsked(rollout.steps[rollout.step]),
      from,
      to,
      group,
      state,
      step,
      weightBp,
      reason: reason.en,
      reasons: reason,
      evidence,
    },
  }
}

const anOlder = { en: 'an older version', 'zh-CN': '较早的版本' }
