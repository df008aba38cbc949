import t from 'tap'
import { hadItsTime, isUnharmed } from '../../src/batch/batch-loss.ts'

const overTime = { kind: 'turn-timeout', text: '' } as const
const memory = { kind: 'memory', text: '' } as const

t.test('a lost process is held against a version that had the time every morsel has', async (t) => {
  const since = 1000
  t.equal(hadItsTime({ phase: 'run', since }, 300, overTime, 1450), true)
  t.equal(
    hadItsTime({ phase: 'run', since }, 300, overTime, 1160),
    false,
    'its caller left it less',
  )
  t.equal(hadItsTime({ phase: 'run', since }, 300, memory, 1010), true, 'memory takes no time')
  t.equal(hadItsTime({ phase: 'load', since }, 300, overTime, 1010), true)
  t.equal(hadItsTime({ phase: 'start', since }, 300, overTime, 9000), false, 'it had not begun')
})

t.test(
  'a circuit is closed by a batch that ended by its own work, in a process that lives',
  async (t) => {
    const run = { costLane: false, isExpired: false }
    t.equal(isUnharmed(run, undefined), true, 'it was answered')
    t.equal(isUnharmed(run, 'plugin'), true, 'it threw')
    t.equal(isUnharmed(run, 'host'), false, 'the host ended it')
    t.equal(isUnharmed({ ...run, costLane: true }, 'plugin'), false, 'it ended its process')
    t.equal(isUnharmed({ ...run, isExpired: true }, 'plugin'), false, 'it may be stuck still')
  },
)
