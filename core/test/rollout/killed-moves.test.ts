import t from 'tap'
import { broken, killEverywhere, killed } from '../support/kill-mover.ts'

/** A sample; every kind of move, and every statement by SIGKILL, is in killed-moves.suite.ts. */
t.test('start: a connection that breaks before any statement leaves all or nothing', (t) =>
  killEverywhere(t, 'start', broken('before')),
)

t.test(
  'advance by the judge: an answer that is lost, of the COMMIT too, is no half of a move',
  (t) => killEverywhere(t, 'advance by the judge', broken('unanswered')),
)

t.test('promote by hand: a process killed before a statement leaves all or nothing', (t) =>
  killEverywhere(t, 'promote by hand', killed, (nth) => nth % 8 === 0),
)
