import t from 'tap'
import { ProblemError } from '../../../web/api/problem.ts'
import { counted, type Traffic } from '../../../web/api/traffic.ts'
import { type PracticeSeen, practiceSteps } from '../../../web/pages/first-rollout/practice.ts'
import { practiceCommands } from '../../../web/pages/first-rollout/practice-commands.ts'

const nothing: PracticeSeen = {
  tenant: undefined,
  installed: null,
  binding: undefined,
  key: undefined,
  hasCalled: false,
  rollout: undefined,
}
const ready: PracticeSeen = {
  tenant: 'demo',
  installed: { name: '@signalbox/practice', stableVersion: '1.0.0', versions: [] },
  binding: 'enabled',
  key: 'dsk_1',
  hasCalled: true,
  rollout: undefined,
}
const now = (seen: PracticeSeen) => practiceSteps(seen).find(({ state }) => state === 'now')?.step

t.test('the first step that is not done is the next', async (t) => {
  t.equal(now(nothing), 'company')
  t.equal(now({ ...nothing, tenant: 'demo' }), 'install')
  t.equal(now({ ...ready, binding: 'disabled', key: undefined, hasCalled: false }), 'enable')
  t.equal(now({ ...ready, key: undefined, hasCalled: false }), 'key')
  t.equal(now({ ...ready, hasCalled: false }), 'calls')
  t.equal(now(ready), 'canary')
})

t.test('a page that is opened anew needs no key for what was rolled out already', async (t) => {
  const opened = { ...ready, key: undefined, hasCalled: false }
  t.equal(now({ ...opened, rollout: { state: 'running' } }), 'verdict')
  t.equal(now({ ...opened, rollout: { state: 'aborted' } }), undefined)
})

t.test('what was rolled out before is no part of a company that has it not', async (t) => {
  const other = { ...ready, key: undefined, hasCalled: false, binding: 'disabled' } as const
  const states = practiceSteps({ ...other, rollout: { state: 'aborted' } })
  t.same(
    states.map(({ state }) => state),
    ['done', 'done', 'now', 'later', 'later', 'later', 'later'],
  )
})

t.test('each step has its command line', async (t) => {
  const commands = practiceCommands({ tenant: 'a b', origin: 'http://host', rollout: 'rol_1' })
  t.match(commands.enable[0], "--tenant 'a b' --consent")
  t.match(commands.canary[1], 'rollout start @signalbox/practice@1.1.0 --steps steps.json')
  t.match(commands.verdict[0], 'rollout status rol_1 --watch')
})

t.test('answers are counted by version, and a refused key ends the calls', async (t) => {
  const none: Traffic = {
    isRunning: true,
    answered: 0,
    failed: 0,
    byVersion: {},
    error: undefined,
  }
  const seen = [{ version: '1.0.0' }, { version: '1.1.0' }, { version: '1.0.0' }, {}]
  const all = seen.reduce(counted, none)
  t.match(all, { answered: 4, failed: 0, byVersion: { '1.0.0': 2, '1.1.0': 1 } })
  const problem = { code: 'X', title: 'x', detail: '' }
  const busy = counted(all, { error: new ProblemError({ ...problem, status: 503 }) })
  t.match(busy, { failed: 1, error: undefined })
  const refused = counted(busy, { error: new ProblemError({ ...problem, status: 401 }) })
  t.match(refused, { failed: 2, error: { problem: { status: 401 } } })
})
