import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import { bookFaults, type RolloutBooks, readBooks } from './rollout-books.ts'
import {
  goOn,
  type KilledMove,
  type KilledMoveName,
  killedMoves,
  type Movers,
  makeMove,
  prepare,
  putAway,
} from './rollout-moves.ts'
import { openRollouts } from './rollouts.ts'
import { type FaultKind, faultyKnex } from './statement-faults.ts'

/** After the hold, and after the most that a step waits, of every plan of rollout-moves.ts. */
const LATER_MS = 5000

/** How a move meets its fault. @returns whether it came to it: past its last statement there is none */
type Strike = (at: {
  readonly hostUrl: string
  readonly name: KilledMoveName
  readonly id: string
  readonly revision: number
  readonly nth: number
  readonly now: number
}) => Promise<boolean>

/** The connection breaks; the process lives on, as one does that loses its server. */
export function broken(kind: FaultKind): Strike {
  return async ({ hostUrl, name, id, revision, nth, now }) => {
    const { knex, statements } = faultyKnex(hostUrl, { nth, kind })
    try {
      await makeMove({ knex, now }, killedMoves[name], id, revision).catch(() => undefined)
    } finally {
      await knex.destroy()
    }
    return statements.length >= nth
  }
}

const mover = join(import.meta.dirname, 'killed-mover.ts')

/** A process of its own is killed by SIGKILL. */
export const killed: Strike = async ({ hostUrl, name, id, revision, nth, now }) => {
  const words = [hostUrl, name, id, revision, nth, now].map(String)
  const child = spawn(process.execPath, [mover, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`it ended with ${code}: ${errors}`)
  return signal === 'SIGKILL'
}

/** What a rollout has come to, without what no two have alike. */
function endOf({ rollout, transitions, stable }: RolloutBooks) {
  const { state, step, pausedFor } = rollout
  const moves = transitions.map((one) => [one.command, one.from, one.to, one.step, one.weightBp])
  return { state, step, pausedFor, stable, moves }
}

/**
 * Makes a move again and again, each time with a fault one statement later, until it gets through unharmed; after
 * each the next process goes on. Every time the rollout is as it was before the move or as it is after it, its
 * books agree, and it ends where it would have ended.
 * @param only whether the n-th is tried; left out: every one
 */
export async function killEverywhere(
  t: Test,
  name: KilledMoveName,
  strike: Strike,
  only: (nth: number) => boolean = () => true,
): Promise<void> {
  const { knex, hostUrl, clock } = await openRollouts(t, ['one', 'two'])
  await knex('tenants').insert({ id: 'acme', name: 'Acme' })
  const move: KilledMove = killedMoves[name]
  const movers = { knex, now: clock.now }
  const later = { knex, now: clock.now + LATER_MS }
  const whole = await undisturbed(movers, later, move)
  let tried = 0
  for (let nth = 1; ; nth++) {
    if (!only(nth)) continue
    const id = await prepare(movers, move)
    const before = await readBooks(knex, id)
    const { revision } = before.rollout
    const isStruck = await strike({ hostUrl, name, id, revision, nth, now: later.now })
    const between = await readBooks(knex, id)
    const found = endOf(between)
    const isWhole = [endOf(before), whole.after].some((one) => isDeepStrictEqual(one, found))
    if (!isWhole) t.fail(`between before and after at statement ${nth}`, { found })
    await makeMove(later, move, id, revision)
    await goOn(later, id)
    const after = await readBooks(knex, id)
    const faults = [before, between, after].flatMap(bookFaults)
    if (faults.length > 0) t.fail(`books at statement ${nth}`, { faults })
    if (!isDeepStrictEqual(endOf(after), whole.end)) {
      t.same(endOf(after), whole.end, `the end at statement ${nth}`)
    }
    await putAway(later, id)
    if (!isStruck) break
    tried += 1
  }
  t.ok(tried > 0, `${tried} faults`)
}

/** The same without a fault. */
async function undisturbed(movers: Movers, later: Movers, move: KilledMove) {
  const { knex } = movers
  const id = await prepare(movers, move)
  const { revision } = (await readBooks(knex, id)).rollout
  await makeMove(later, move, id, revision)
  const after = endOf(await readBooks(knex, id))
  await goOn(later, id)
  const end = endOf(await readBooks(knex, id))
  await putAway(later, id)
  return { after, end }
}
