import t from 'tap'
import { broken, killEverywhere, killed } from '../support/kill-mover.ts'
import { type KilledMoveName, killedMoves } from '../support/rollout-moves.ts'

/**
 * Every kind of move of a rollout, cut off at every statement: by SIGKILL of the process, by a connection that
 * breaks before it, and by one that breaks after it, when whoever asked cannot know whether it was done.
 */
for (const name of Object.keys(killedMoves) as KilledMoveName[]) {
  t.test(`${name}: killed before any statement`, (t) => killEverywhere(t, name, killed))
  t.test(`${name}: cut off before any statement`, (t) => killEverywhere(t, name, broken('before')))
  t.test(`${name}: not told of any statement`, (t) => killEverywhere(t, name, broken('unanswered')))
}
