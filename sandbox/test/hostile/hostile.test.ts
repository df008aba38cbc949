import '../plain-spawn.ts'
import t from 'tap'
import { allAttacks } from './attacks/all-attacks.ts'
import { checkReport } from './check-report.ts'
import { runAttacks } from './run-attacks.ts'

/**
 * The quick part of the hostile-code suite: the best of each class, under small limits. All of it, also with
 * the bootstrap's lockdown off, is hostile.suite.ts.
 */
t.test('hostile guests end, and their neighbour does not notice', async (t) => {
  const sample = allAttacks.filter(({ isSample }) => isSample)
  checkReport(t, await runAttacks(sample, { hardenGuests: true, limits: { turnMs: 60 } }))
})
