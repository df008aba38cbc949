import '../plain-spawn.ts'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { bundle, codeOf, outputOf } from '../guest-fixture.ts'
import { startedSandbox } from './started-sandbox.ts'

const source = bundle(`
  work: (steps) => { let sum = 0; for (let n = 0; n < steps; n++) sum += Math.sqrt(n); return sum > 0 },
`)

t.test('a turn whose process stood still is nobody’s fault, and runs again', async (t) => {
  const { sandbox, call, events } = await startedSandbox(t, source, { lanes: 1 })
  // Its turn computes for some 40 ms of 1500 that it may take, and is stopped in the middle for longer than that.
  const long = { input: 20_000_000, limits: { turnMs: 1500 } }
  t.equal(codeOf(await call('work', long)), 'ok')
  const working = call('work', long)
  await delay(10)
  const [lane] = sandbox.stats().lanes.filter(({ calls }) => calls > 0)
  process.kill(lane?.pid as number, 'SIGSTOP')
  await delay(3500)
  process.kill(lane?.pid as number, 'SIGCONT')
  const outcome = await working
  t.equal(codeOf(outcome), 'ok')
  t.equal(outputOf(outcome), true)
  t.same(events, [], 'no lane was lost for it, and no isolate held against its version')
})
