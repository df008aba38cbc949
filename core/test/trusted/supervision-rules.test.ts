import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { backOffMs } from '../../src/trusted/back-off.ts'
import { afterLook, heartbeatVerdict, newHeartbeat } from '../../src/trusted/heartbeat.ts'
import { processFault } from '../../src/trusted/process-fault.ts'
import {
  nextProcessState,
  type ProcessCommand,
  type ProcessState,
  processStates,
} from '../../src/trusted/process-states.ts'
import { parseResourceUrls } from '../../src/trusted/resources/resource-urls.ts'

t.test(
  'a rest grows with each failure, stays within its bounds, and half of it is chance',
  async (t) => {
    t.equal(backOffMs(1, 0), 50)
    t.equal(backOffMs(3, 0.5), 300)
    t.equal(backOffMs(100, 0.999999), 60_000)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (n, random) => {
          const ms = backOffMs(n, random)
          return ms >= 50 && ms <= 60_000 && ms <= backOffMs(n + 1, random)
        },
      ),
    )
  },
)

t.test('a process that is asked and does not answer is noted, then ended', async (t) => {
  const fresh = newHeartbeat(0)
  t.equal(heartbeatVerdict(fresh, 500, 5000), 'wait')
  t.equal(heartbeatVerdict(fresh, 1000, 5000), 'ping')
  const asked = { ...fresh, pingedAt: 1000 }
  t.equal(heartbeatVerdict(asked, 2000, 5000), 'wait')
  t.equal(heartbeatVerdict(asked, 3500, 5000), 'miss')
  t.equal(heartbeatVerdict(asked, 6000, 5000), 'silent')
})

t.test('a host that stood still itself counts nobody as silent', async (t) => {
  const asked = afterLook({ ...newHeartbeat(0), pingedAt: 1000 }, 1025)
  const later = afterLook(asked, 61_025)
  t.equal(heartbeatVerdict(later, 61_025, 5000), 'wait')
  t.equal(heartbeatVerdict(afterLook(later, 61_050), 66_000, 5000), 'silent')
})

t.test(
  'whatever comes, a process is in a state of the table, and a stop is always possible',
  async () => {
    const states = Object.keys(processStates) as ProcessState[]
    const commands: ProcessCommand[] = ['start', 'ready', 'miss', 'beat', 'die', 'stop']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...commands)), (given) => {
        const end = given.reduce<ProcessState>(
          (state, command) => nextProcessState(state, command) ?? state,
          'stopped',
        )
        return (
          states.includes(end) && (end === 'stopped' || nextProcessState(end, 'stop') === 'stopped')
        )
      }),
    )
  },
)

t.test("only a signal from outside is nobody's fault", async (t) => {
  const exit = { killedFor: null, signal: null, exitCode: null, stderr: '' }
  t.equal(processFault({ ...exit, signal: 'SIGKILL' }).kind, 'external')
  t.equal(processFault({ ...exit, exitCode: 0 }).kind, 'crash')
  t.equal(processFault({ ...exit, signal: 'SIGSEGV' }).kind, 'crash')
  t.equal(
    processFault({ ...exit, killedFor: 'unresponsive', signal: 'SIGKILL' }).kind,
    'turn-timeout',
  )
  const stderr =
    '/data/trusted/x/plugin.js:3\nError: no such table\n    at /data/trusted/x/plugin.js:3'
  t.equal(processFault({ ...exit, exitCode: 1, stderr }).text, 'exit code 1, Error: no such table')
})

t.test('URLs in place of resources are read, or refused without a word of them', async (t) => {
  const urls = parseResourceUrls('@a/b/engine=http://h:1/?x=y, c/engine=tcp://h:2')
  t.strictSame(
    [...urls],
    [
      ['@a/b/engine', 'http://h:1/?x=y'],
      ['c/engine', 'tcp://h:2'],
    ],
  )
  for (const text of [
    '@a/b=http://h',
    '@a/b/engine',
    '@a/b/engine=nothing',
    '@a/b/Engine=http://h',
  ]) {
    t.throws(() => parseResourceUrls(text), { code: 'CORE_SETTING_INVALID' }, text)
  }
  const secret = t.throws(() => parseResourceUrls('engine=http://user:hunter2@h')) as Error
  t.notMatch(secret.message, 'hunter2')
})
