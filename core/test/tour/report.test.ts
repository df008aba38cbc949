import t from 'tap'
import { disappointments, type Stage, tableOf } from '../../tour/report.ts'

const stage: Stage = {
  what: '1.2.0 throws',
  weightBp: 500,
  expected: 'aborted',
  ended: 'aborted',
  calls: 17,
  failed: 3,
  tookMs: 6740,
  callerErrors: 0,
}

t.test('the table is set for people, words to the left and figures to the right', async (t) => {
  const rolledBack = {
    ...stage,
    what: '1.1.0',
    ended: 'rolled_back',
    weightBp: 10_000,
    calls: 1234,
  }
  t.equal(
    tableOf([stage, rolledBack]),
    [
      'what          weight  calls  failed  ended        after  caller errors',
      '1.2.0 throws     5 %     17       3  aborted      6.7 s              0',
      '1.1.0          100 %   1234       3  rolled back  6.7 s              0',
    ].join('\n'),
  )
})

t.test(
  'a tour passes only if each version ended as it should and the app saw no error',
  async (t) => {
    t.same(disappointments([stage]), [])
    t.equal(disappointments([{ ...stage, ended: 'completed' }]).length, 1)
    t.equal(disappointments([{ ...stage, calls: 0 }]).length, 1, 'no data is never success')
    t.match(disappointments([{ ...stage, callerErrors: 2 }]), [/2 errors/])
  },
)
