import { type KilledMoveName, killedMoves, makeMove } from './rollout-moves.ts'
import { faultyKnex } from './statement-faults.ts'

/**
 * A process that makes one move of a rollout and is killed by SIGKILL, which no handler of its hears, in the
 * moment before its n-th statement. Started by kill-mover.ts.
 */
const [url = '', name, id = '', revision, nth, now] = process.argv.slice(2)
const strike = () => process.kill(process.pid, 'SIGKILL')
const { knex } = faultyKnex(url, { nth: Number(nth), kind: 'before', strike })
const move = killedMoves[name as KilledMoveName]
await makeMove({ knex, now: Number(now) }, move, id, Number(revision))
await knex.destroy()
