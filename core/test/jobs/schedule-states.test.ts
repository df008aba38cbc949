import t from 'tap'
import { stateAfter, statesOf } from '../../src/jobs/schedule-states.ts'

t.test('a schedule runs only from waiting, or when the lease of its run has ended', async (t) => {
  t.same(statesOf('claim'), ['waiting', 'running'])
  t.equal(stateAfter('paused', 'claim'), undefined)
  t.equal(stateAfter('failed', 'claim'), undefined)
})

t.test('what ends for good is gone, or stays to be looked at when it failed', async (t) => {
  t.equal(stateAfter('running', 'end-for-good'), 'gone')
  t.equal(stateAfter('running', 'fail-for-good'), 'failed')
  t.equal(stateAfter('failed', 'move'), 'waiting')
})

t.test('everything can be cancelled, and a run also without its schedule', async (t) => {
  t.same(statesOf('cancel'), ['waiting', 'running', 'paused', 'failed'])
  t.same(statesOf('end'), ['waiting', 'running'])
})
