import type { Knex } from 'knex'
import type { Caller } from '../../src/identity/identity-service.ts'
import { emptyTripState, recordTrip } from '../../src/rollout/judge/hard-trips.ts'
import { RolloutController } from '../../src/rollout/rollout-controller.ts'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import { type RolloutCommand, terminalStates } from '../../src/rollout/rollout-states.ts'
import { findRollout } from '../../src/rollout/rollout-store.ts'
import { noTallies, putTallies } from '../../src/rollout/tally-store.ts'
import { because, full, operator, weight } from './rollouts.ts'

/** Who moves rollouts, on one pool and by one clock. */
export interface Movers {
  readonly knex: Knex
  readonly now: number
}

export interface KilledMove {
  readonly plugin: string
  readonly together?: readonly string[]
  readonly steps: readonly object[]
  /** What brings a planned rollout to where the move begins. */
  readonly before: readonly RolloutCommand[]
  /** Counted before it: calls of the canary that died. */
  readonly isCondemned?: boolean
  /** By hand; left out: what a look of the judge comes to. */
  readonly command?: RolloutCommand
}

const seen = { evenUnseen: true, durationMs: 1000 }
const twoSteps = [weight(100), full]
const baked = [{ ...full, hold: seen, bake: { durationMs: 1000 } }]
const unseen = [{ weightBp: 100, hold: { durationMs: 0, exposures: 5, mostMs: 1000 } }, full]

/** Every kind of move, as a person orders it or the judge comes to it. */
export const killedMoves = {
  start: { plugin: 'one', steps: twoSteps, before: [], command: 'start' },
  'start of a group': {
    plugin: 'one',
    together: ['two'],
    steps: twoSteps,
    before: [],
    command: 'start',
  },
  'advance by the judge': {
    plugin: 'one',
    steps: [{ weightBp: 100, hold: seen }, { weightBp: 500, hold: seen }, full],
    before: ['start'],
  },
  'advance by hand': { plugin: 'one', steps: twoSteps, before: ['start'], command: 'advance' },
  approve: {
    plugin: 'one',
    steps: [weight(100), { approve: { tenant: 'acme' } }, full],
    before: ['start', 'advance'],
    command: 'approve',
  },
  'bake by the judge': { plugin: 'one', steps: baked, before: ['start'] },
  'promote by the judge': { plugin: 'one', steps: baked, before: ['start', 'bake'] },
  'promote by hand': { plugin: 'one', steps: twoSteps, before: ['start'], command: 'promote' },
  'pause by the judge': { plugin: 'one', steps: unseen, before: ['start'] },
  'pause by hand': { plugin: 'one', steps: twoSteps, before: ['start'], command: 'pause' },
  resume: { plugin: 'one', steps: twoSteps, before: ['start', 'pause'], command: 'resume' },
  'abort by the judge': {
    plugin: 'one',
    steps: twoSteps,
    before: ['start', 'pause'],
    isCondemned: true,
  },
  'abort by hand': { plugin: 'one', steps: twoSteps, before: ['start'], command: 'abort' },
  'abort of a group by the judge': {
    plugin: 'one',
    together: ['two'],
    steps: twoSteps,
    before: ['start'],
    isCondemned: true,
  },
  rollback: {
    plugin: 'one',
    steps: twoSteps,
    before: ['start', 'promote'],
    command: 'rollback',
  },
} satisfies Readonly<Record<string, KilledMove>>

export type KilledMoveName = keyof typeof killedMoves

/** Not who starts: an approval needs another. */
const admin: Caller = { actor: 'admin:acme/tok_2', traceId: null }

function serviceOf({ knex, now }: Movers): RolloutService {
  const routing = { reach: () => Promise.resolve() } as never
  return new RolloutService({ knex, routing, now: () => now })
}

/** Plans a rollout and brings it to where the move begins. @returns its id */
export async function prepare(movers: Movers, move: KilledMove): Promise<string> {
  const rollouts = serviceOf(movers)
  const { plugin, together = [], steps } = move
  const wish = { plugin, version: '1.1.0', steps: steps as never }
  const others = together.map((one) => ({ plugin: one, version: '1.1.0' }))
  const { id } = await rollouts.create(
    operator,
    others.length === 0 ? wish : { ...wish, together: others },
  )
  for (const command of move.before) await rollouts.command(operator, id, command, because)
  if (move.isCondemned === true) {
    const trips = recordTrip(emptyTripState, 'canary', 'load', movers.now)
    await putTallies(movers.knex, id, 'another node', { ...noTallies, trips })
  }
  return id
}

/**
 * Makes the move, as the process that is killed meanwhile does, and as the next one does after it.
 * @param revision as whoever orders it saw the rollout: a second try after a lost answer changes nothing
 */
export async function makeMove(
  movers: Movers,
  { command }: KilledMove,
  id: string,
  revision: number,
): Promise<void> {
  if (command === undefined) return look(movers)
  const ground = { ...because, seen: { revision } }
  await serviceOf(movers).command(command === 'approve' ? admin : operator, id, command, ground)
}

/** One look of a controller that has seen nothing before. */
export async function look({ knex, now }: Movers): Promise<void> {
  const controller = new RolloutController({
    knex,
    rollouts: serviceOf({ knex, now }),
    node: `node ${process.pid}`,
    now: () => now,
    log: { warn: () => undefined },
  })
  controller.look()
  await controller.stop()
}

const LATER_MS = 10_000
const MOST_LOOKS = 10

/** Fresh controllers look, later and later, until the rollout stands still. */
export async function goOn({ knex, now }: Movers, id: string): Promise<void> {
  for (let looks = 1; looks <= MOST_LOOKS; looks++) {
    const before = await findRollout(knex, id)
    await look({ knex, now: now + looks * LATER_MS })
    const after = await findRollout(knex, id)
    if (after?.revision === before?.revision) return
  }
  throw new Error(`${id} does not stand still`)
}

/** Takes it out of the way of the next one. */
export async function putAway(movers: Movers, id: string): Promise<void> {
  const state = (await findRollout(movers.knex, id))?.state
  if (state === undefined || terminalStates.includes(state)) return
  const command = state === 'completed' ? 'rollback' : 'abort'
  await serviceOf(movers).command(operator, id, command, because)
}
