import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import {
  beginsStep,
  moveOf,
  nextStep,
  type RolloutCommand,
} from '../../src/rollout/rollout-states.ts'
import {
  findRollout,
  listTransitions,
  type Rollout,
  type StoredTransition,
} from '../../src/rollout/rollout-store.ts'
import { weightOf } from '../../src/rollout/rollout-weight.ts'

/** All that the host wrote of one rollout, and what requests of its plugin are routed by. */
export interface RolloutBooks {
  readonly rollout: Rollout
  readonly transitions: readonly StoredTransition[]
  readonly audits: readonly { readonly action: string; readonly generation: number }[]
  readonly events: readonly { readonly type: string; readonly generation: number }[]
  readonly stable: string | null
  /** Versions in the state `stable`; a plugin has one. */
  readonly stables: readonly string[]
  /** Of the routing table. */
  readonly generation: number
  /** How many generations the whole audit names; each change has one of its own. */
  readonly generations: number
}

/** Read as of one moment, so that it can be asked while others move rollouts. */
export async function readBooks(knex: Knex, id: string): Promise<RolloutBooks> {
  return knex.transaction(
    async (trx) => {
      const rollout = await findRollout(trx, id)
      if (rollout === undefined) throw new Error(`no rollout ${id}`)
      const { plugin } = rollout
      const audits = await trx('audit_entries').where({ subject: id }).orderBy('id')
      const events = await trx('outbox_events').where({ subject: id }).orderBy('sequence')
      const { stable_version: stable } = await trx('plugins').where({ name: plugin }).first()
      const { generation } = await trx('routing').first()
      const [named] = await trx('audit_entries').countDistinct({ count: 'generation' })
      return {
        rollout,
        transitions: await listTransitions(trx, id),
        audits: audits.map((row) => ({ action: row.action, generation: Number(row.generation) })),
        events: events.map((row) => ({ type: row.type, generation: Number(row.data.generation) })),
        stable,
        stables: await trx('installations').where({ plugin, state: 'stable' }).pluck('version'),
        generation: Number(generation),
        generations: Number(named?.count),
      }
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  )
}

/** Where a rollout is after one of its moves. */
type Stand = Pick<StoredTransition, 'to' | 'step' | 'weightBp' | 'generation'>

const planned: Stand = { to: 'ready', step: 0, weightBp: 0, generation: 0 }

/** What of a move is none of the states' table. */
function moveFaults(before: Stand, move: StoredTransition, { steps }: Rollout): readonly string[] {
  const { command, from, to, step, weightBp } = move
  const due = weightOf({ state: to, step, steps })
  const faults = {
    [`it was ${before.to}`]: from !== before.to,
    [`no move to ${to}`]: moveOf(from, command)?.to !== to,
    [`to step ${step}`]: step !== nextStep(before.step, command),
    [`${weightBp} instead of ${due} bp`]: weightBp !== due,
    'raises the weight': weightBp > before.weightBp && !mayRaise(command),
    'of no later generation': move.generation <= before.generation,
  }
  const found = Object.entries(faults).filter(([, isSo]) => isSo)
  return found.map(([fault]) => `${command} of ${from}: ${fault}`)
}

/** Every row is a move of the table, begun where the one before it ended, and the last is where the rollout is. */
function transitionFaults({ rollout, transitions }: RolloutBooks): readonly string[] {
  const faults = transitions.flatMap((move, at) =>
    moveFaults(transitions[at - 1] ?? planned, move, rollout),
  )
  const { to, step } = transitions.at(-1) ?? planned
  const isLast = to === rollout.state && step === rollout.step
  return isLast ? faults : [...faults, `it is ${rollout.state}, but was last moved to ${to}`]
}

function mayRaise(command: RolloutCommand): boolean {
  return command === 'start' || command === 'advance' || command === 'approve'
}

/** @returns where a move, its audit entry, its event and its generation do not agree one to one; nothing: they do */
export function bookFaults(books: RolloutBooks): readonly string[] {
  const { rollout, transitions, audits, events, stable, stables } = books
  const faults = [...transitionFaults(books)]
  const moves = transitions.map(({ command, generation }) => [`rollout.${command}`, generation])
  const told = audits.map(({ action, generation }) => [action, generation])
  const sent = events.map(({ type, generation }) => [type.replace('signalbox.', ''), generation])
  if (!isDeepStrictEqual(told.slice(1), moves)) faults.push('the audit is not what was moved')
  if (!isDeepStrictEqual(sent, told)) faults.push('the events are not what the audit says')
  if (rollout.revision !== transitions.length) faults.push('the revision does not count the moves')
  const begun = transitions.some(({ command }) => beginsStep(command))
  if (begun !== (rollout.stepStartedAt !== null)) faults.push('a step began without a move, or not')
  if ((transitions.at(-1)?.generation ?? 0) > books.generation)
    faults.push('it is ahead of routing')
  // The first is nobody's change.
  if (books.generations + 1 !== books.generation) faults.push('a generation without its change')
  const due = rollout.state === 'completed' ? rollout.to : rollout.from
  if (stable !== due) faults.push(`${stable} is stable, not ${due}`)
  if (!isDeepStrictEqual(stables, [stable])) faults.push(`installed as stable: ${stables}`)
  return faults
}
