import { isDeepStrictEqual } from 'node:util'
import { CodedError } from '@signalbox/sdk/errors'
import type { AsyncCommand } from 'fast-check'
import type { Knex } from 'knex'
import { emptyJudgeState, recordDisagreement } from '../../src/rollout/judge/judge-state.ts'
import { isApproval, isWeightStep } from '../../src/rollout/plan/steps.ts'
import type { RolloutService } from '../../src/rollout/rollout-service.ts'
import {
  moveOf,
  type RolloutCommand,
  type RolloutGuard,
  type RolloutState,
  rolloutCommands,
  settledStates,
  sharingStates,
  unmetGuards,
} from '../../src/rollout/rollout-states.ts'
import type { Rollout } from '../../src/rollout/rollout-store.ts'
import { weightOf } from '../../src/rollout/rollout-weight.ts'
import {
  putFreeze,
  putLockdown,
  removeFreeze,
  removeLockdown,
} from '../../src/rollout/standstill/freeze-store.ts'
import { noTallies, putTallies } from '../../src/rollout/tally-store.ts'
import { bookFaults, type RolloutBooks, readBooks } from './rollout-books.ts'
import { look } from './rollout-moves.ts'
import { because } from './rollouts.ts'

export const actors = ['operator', 'admin:acme/tok_1', 'admin:acme/tok_2', 'admin:globex/tok_1']

/** What the model knows beside the rollout itself. */
interface RolloutModel {
  isLocked: boolean
  isFrozen: boolean
  isCondemned: boolean
}

interface RolloutWorld {
  readonly knex: Knex
  readonly id: string
  readonly clock: { now: number }
  /** One for each node. */
  readonly nodes: readonly RolloutService[]
  /** As the last command left them. */
  books: RolloutBooks
  /** Asked after every command, whatever it did. */
  readonly look: (before: RolloutBooks, after: RolloutBooks) => Promise<void>
}

/** What the guards of the table say of an order, by plain rules of the model's own. */
function guardsOf(
  { rollout, stable }: RolloutBooks,
  model: RolloutModel,
  actor: string,
): Readonly<Record<RolloutGuard, boolean>> {
  const { steps, step, startedBy, from, to } = rollout
  const current = steps[step]
  const asksFor = current !== undefined && isApproval(current) ? current.approve.tenant : undefined
  return {
    alone: true,
    'versions-warm': true,
    rehearsed: true,
    'window-open': true,
    'approval-due': asksFor !== undefined,
    'may-approve': asksFor !== undefined && actor.startsWith(`admin:${asksFor}/`),
    'four-eyes': startedBy !== actor,
    'gate-open': asksFor === undefined,
    'gates-passed': steps.slice(step).every(isWeightStep),
    'bake-step': current !== undefined && isWeightStep(current) && current.bake !== undefined,
    'next-step': step < steps.length - 1,
    'not-condemned': !model.isCondemned,
    'nothing-suspect': !model.isCondemned,
    'still-stable': stable === to,
    'from-stable': stable === from,
    unlocked: !model.isLocked,
    'not-frozen': !model.isFrozen,
  }
}

/** Whether nothing at all was written: neither of the rollout nor of routing, the audit or the events. */
function requireUnchanged(before: RolloutBooks, after: RolloutBooks, what: string): void {
  if (!isDeepStrictEqual(before, after)) throw new Error(`${what} changed something`)
}

function requireBooks(before: RolloutBooks, after: RolloutBooks, moves: number, what: string) {
  const faults = bookFaults(after)
  if (faults.length > 0) throw new Error(`${what}: ${faults.join('; ')}`)
  const made = after.transitions.length - before.transitions.length
  if (made > moves || after.generation - before.generation !== made) {
    throw new Error(
      `${what}: ${made} moves, generation ${before.generation} to ${after.generation}`,
    )
  }
}

abstract class Command implements AsyncCommand<RolloutModel, RolloutWorld> {
  check(_model: Readonly<RolloutModel>): boolean {
    return true
  }

  async run(model: RolloutModel, world: RolloutWorld): Promise<void> {
    const before = world.books
    await this.act(model, world, before)
    world.books = await readBooks(world.knex, world.id)
    this.judge(model, before, world.books)
    await world.look(before, world.books)
  }

  protected abstract act(
    model: RolloutModel,
    world: RolloutWorld,
    before: RolloutBooks,
  ): Promise<void>

  /** @throws what of it should not have come about */
  protected abstract judge(model: RolloutModel, before: RolloutBooks, after: RolloutBooks): void
}

export interface Order {
  /** A number chooses among what the state it meets allows, but for what takes it back. */
  readonly command: RolloutCommand | number
  readonly actor: string
  readonly node: number
  /** How many moves ago the rollout was looked at; null: it is given whatever it is now. */
  readonly behind: number | null
}

/** Asked for by name, often enough; drawn with the rest they would end most runs before an approval is due. */
const endings: readonly RolloutCommand[] = ['abort', 'supersede']

function commandFor({ command }: Order, state: RolloutState): RolloutCommand {
  if (typeof command === 'string') return command
  const allowed = rolloutCommands.filter((one) => !endings.includes(one) && moveOf(state, one))
  return allowed[command % allowed.length] ?? 'abort'
}

const give = ({ nodes, id }: RolloutWorld, order: Order, { revision, state }: Rollout) => {
  const { actor, node, behind } = order
  const command = commandFor(order, state)
  // An abort asks nobody how late it is: routes and controllers give it without a revision.
  const isFenced = behind !== null && command !== 'abort'
  const seen = isFenced ? { seen: { revision: revision - behind }, isStrict: true } : {}
  return (nodes[node] as RolloutService).command({ actor, traceId: null }, id, command, {
    ...because,
    ...seen,
  })
}

const nameOf = ({ command, actor, node, behind }: Order) =>
  `${typeof command === 'number' ? `allowed command ${command}` : command} of ${actor} on node ${node}${behind === null ? '' : `, ${behind} moves late`}`

/** One order of a person or a controller: done if the table says so and it was given upon what is so now. */
export class Tell extends Command {
  readonly #order: Order
  #refused: unknown

  constructor(order: Order) {
    super()
    this.#order = order
  }

  protected async act(_model: RolloutModel, world: RolloutWorld, before: RolloutBooks) {
    this.#refused = undefined
    await give(world, this.#order, before.rollout).catch((error: unknown) => {
      this.#refused = error
    })
  }

  protected judge(model: RolloutModel, before: RolloutBooks, after: RolloutBooks): void {
    const { actor, behind } = this.#order
    const { state, revision } = before.rollout
    const command = commandFor(this.#order, state)
    const isLate = behind !== null && behind > 0 && command !== 'abort'
    const unmet = unmetGuards(state, command, guardsOf(before, model, actor))
    const isDue = moveOf(state, command) !== undefined && unmet.length === 0
    const what = `${this} in ${state}`
    const error = this.#refused
    if (error === undefined) {
      if (isLate || !isDue) throw new Error(`${what} was done`)
      if (after.rollout.revision !== revision + 1) throw new Error(`${what} did nothing`)
      requireBooks(before, after, 1, what)
      return
    }
    const code = error instanceof CodedError ? error.code : String(error)
    const expected = isLate ? 'CORE_ROLLOUT_CHANGED' : 'CORE_ROLLOUT_COMMAND_REFUSED'
    if (code !== expected || (isDue && !isLate)) throw new Error(`${what} was refused: ${code}`)
    requireUnchanged(before, after, what)
  }

  override toString(): string {
    return nameOf(this.#order)
  }
}

/** Several at once, and an abort among them: it is aborted, or was over before. */
export class Meet extends Command {
  readonly #orders: readonly Order[]
  #isAborted = false

  constructor(orders: readonly Order[]) {
    super()
    this.#orders = orders
  }

  protected async act(_model: RolloutModel, world: RolloutWorld, before: RolloutBooks) {
    const abort = { command: 'abort', actor: 'operator', node: 0, behind: null } as const
    const orders = [...this.#orders, abort].map((one) => give(world, one, before.rollout))
    this.#isAborted = (await Promise.allSettled(orders)).at(-1)?.status === 'fulfilled'
  }

  protected judge(_model: RolloutModel, before: RolloutBooks, after: RolloutBooks): void {
    const what = `${this} in ${before.rollout.state}`
    requireBooks(before, after, this.#orders.length + 1, what)
    const { state } = after.rollout
    const isOver = this.#isAborted ? state === 'aborted' : settledStates.includes(state)
    if (!isOver || weightOf(after.rollout) > 0) throw new Error(`${what}: it is ${state}`)
  }

  override toString(): string {
    return `abort beside ${this.#orders.map(nameOf).join(' and ')}`
  }
}

/** Controllers look, all at once, after some time has gone by. */
export class Look extends Command {
  readonly #afterMs: number
  readonly #controllers: number

  constructor(afterMs: number, controllers: number) {
    super()
    this.#afterMs = afterMs
    this.#controllers = controllers
  }

  protected async act(_model: RolloutModel, { knex, clock }: RolloutWorld) {
    clock.now += this.#afterMs
    const looks = Array.from({ length: this.#controllers }, () => look({ knex, now: clock.now }))
    await Promise.all(looks)
  }

  protected judge(model: RolloutModel, before: RolloutBooks, after: RolloutBooks): void {
    const what = `${this} in ${before.rollout.state}`
    requireBooks(before, after, 1, what)
    const isLive = sharingStates.includes(before.rollout.state)
    if (!isLive) requireUnchanged(before, after, what)
    else if (model.isCondemned && after.rollout.state !== 'aborted') {
      throw new Error(`${what}: what is condemned goes on`)
    }
    const isHeld = model.isLocked || model.isFrozen
    if (isHeld && weightOf(after.rollout) > weightOf(before.rollout)) {
      throw new Error(`${what}: it went on in a standstill`)
    }
  }

  override toString(): string {
    return `${this.#controllers} controllers look ${this.#afterMs} ms later`
  }
}

/** What holds rollouts, or speaks against one, begins or ends. */
export class Happen extends Command {
  readonly #what: 'lock' | 'unlock' | 'freeze' | 'thaw' | 'condemn'

  constructor(what: 'lock' | 'unlock' | 'freeze' | 'thaw' | 'condemn') {
    super()
    this.#what = what
  }

  protected async act(model: RolloutModel, { knex, id, clock }: RolloutWorld) {
    const { reason } = because
    if (this.#what === 'condemn') {
      model.isCondemned = true
      await putTallies(knex, id, 'another node', { ...noTallies, judge: condemned })
    } else if (this.#what === 'lock' || this.#what === 'unlock') {
      model.isLocked = this.#what === 'lock'
      if (model.isLocked) await putLockdown(knex, { reason, actor: 'operator' })
      else await removeLockdown(knex)
    } else {
      model.isFrozen = this.#what === 'freeze'
      const time = {
        from: new Date(clock.now - 1000).toISOString(),
        to: new Date(clock.now + 86_400_000).toISOString(),
      }
      if (model.isFrozen) await putFreeze(knex, { name: 'now', plugin: null, time, reason })
      else await removeFreeze(knex, 'now')
    }
  }

  protected judge(_model: RolloutModel, before: RolloutBooks, after: RolloutBooks): void {
    requireUnchanged(before, after, `${this}`)
  }

  override toString(): string {
    return this.#what
  }
}

/** Twenty failed calls, all of the canary, where one in twenty was to be its own. */
const condemned = Array.from({ length: 20 }).reduce<typeof emptyJudgeState>(
  (state) => recordDisagreement(state, { canaryFailed: true, probability: 0.05 }),
  emptyJudgeState,
)
