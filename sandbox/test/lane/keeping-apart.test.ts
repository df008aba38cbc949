import '../plain-spawn.ts'
import t, { type Test as TestBase } from 'tap'
import type { SandboxOptions } from '../../src/index.ts'
import { bundle, codeOf, guestCall, outputOf, stuck } from '../guest-fixture.ts'
import { until } from '../until.ts'
import { startedSandbox } from './started-sandbox.ts'

const source = bundle(`
  echo: (input) => input,
  stuck: () => ${stuck},
  spin: (ms) => { let n = 0; for (let i = 0; i < ms * 4e5; i++) n = (n * 31 + i) | 0; return n },
  wait: (input, ctx) => ctx.db.query('x'),
`)

const started = async (t: TestBase, options: SandboxOptions) => {
  const it = await startedSandbox(t, source, options)
  const poolOf = (pool: string) => it.sandbox.stats().lanes.filter((lane) => lane.pool === pool)
  return { ...it, poolOf }
}

const bad = { plugin: '@bad/miner', limits: { turnMs: 200 } }

t.test(
  'a publisher that cost a lane has one of its own; at the third its version rests',
  async (t) => {
    const { sandbox, call, events, poolOf } = await started(t, { lanes: 1 })
    t.equal(outputOf(await call('echo', { ...bad, input: 1 })), 1)
    t.same(poolOf('@bad'), [], 'shared until it does harm')
    t.equal(codeOf(await call('stuck', bad)), 'SBX_TURN_TIMEOUT')
    t.equal(outputOf(await call('echo', { ...bad, plugin: '@bad/other', input: 2 })), 2)
    t.equal(poolOf('@bad').length, 1, 'all its plugins are there')
    t.equal(outputOf(await call('echo', { input: 3 })), 3, 'a neighbour')
    const shared = poolOf('shared').map(({ pid }) => pid)
    t.equal(codeOf(await call('stuck', bad)), 'SBX_TURN_TIMEOUT')
    t.equal(codeOf(await call('stuck', bad)), 'SBX_TURN_TIMEOUT')
    t.same(
      poolOf('shared').map(({ pid }) => pid),
      shared,
      'the lane of the neighbours was not touched',
    )
    const refused = await call('echo', bad)
    t.match(refused, {
      blame: 'plugin',
      error: { code: 'SBX_CIRCUIT_OPEN', status: 503, retryAfterS: 60 },
    })
    t.match(refused, { error: { message: /@bad\/miner 1\.0\.0.* 3 times.*limit is 3/ } })
    t.match(
      events.filter(({ kind }) => kind === 'circuit-opened'),
      [{ culprit: { plugin: '@bad/miner', version: '1.0.0' }, strikes: 3 }],
    )
    t.equal(sandbox.stats().circuitsOpened, 1)
    t.equal(outputOf(await call('echo', { ...bad, version: '1.0.1', input: 4 })), 4)
  },
)

t.test('code that needs Intl or WebAssembly is never in a lane with others', async (t) => {
  const { call, poolOf } = await started(t, { lanes: 1 })
  await call('echo', { plugin: '@maps/geo', features: ['wasm'] })
  await call('echo')
  t.equal(poolOf('@maps').length, 1)
  t.match(poolOf('@maps'), [{ isolates: 1 }])
  t.match(poolOf('shared'), [{ isolates: 1 }])
})

t.test(
  'publishers beyond the lanes there are for them share one, one call at a time',
  async (t) => {
    const { call, poolOf } = await started(t, { lanes: 1, maxPublisherLanes: 1 })
    await call('echo', { plugin: '@a/x', features: ['intl'] })
    const answers = await Promise.all(
      ['@b/x', '@c/x', '@d/x'].map((plugin, input) =>
        call('echo', { plugin, input, features: ['intl'] }),
      ),
    )
    t.same(answers.map(outputOf), [0, 1, 2])
    t.equal(poolOf('suspect').length, 1)
    t.match(poolOf('suspect'), [{ isolates: 3 }])
  },
)

t.test('a publisher may be called what it likes', async (t) => {
  const { call, sandbox } = await started(t, { lanes: 1 })
  // Long enough for the sandbox to look after its lanes a few times.
  const end = Date.now() + 120
  while (Date.now() < end) {
    const answer = await call('echo', { publisher: 'suspect', features: ['intl'], input: 1 })
    t.equal(outputOf(answer), 1)
  }
  t.ok(sandbox.stats().lanes.length <= 3, 'one lane for it, one shared, one warm')
})

t.test('a probe whose deadline passes has not shown that it does no harm', async (t) => {
  const { call, events } = await started(t, { lanes: 1 })
  // Its turn is over later, and soon enough that a lane with a tenth of a core is not taken for one that stands still.
  const late = await call('stuck', { ...bad, limits: { turnMs: 500 }, deadlineMs: 300 })
  t.equal(codeOf(late), 'SBX_DEADLINE_EXCEEDED')
  await until(() => events.some(({ kind }) => kind === 'lane-lost'))
  t.match(
    events.filter(({ kind }) => kind === 'lane-lost'),
    [{ culprit: { plugin: '@bad/miner' } }],
    'its lane is lost by it all the same',
  )
})

t.test('a call whose reads alone were interrupted runs again, elsewhere', async (t) => {
  const { sandbox, call, poolOf } = await started(t, { lanes: 1 })
  let asked = 0
  const outcome = call('wait', {
    hasEffect: () => false,
    hostCall: async () => {
      asked++
      if (asked > 1) return '"read again"'
      process.kill(poolOf('shared')[0]?.pid ?? 0, 'SIGKILL')
      return new Promise(() => undefined)
    },
  })
  t.equal(outputOf(await outcome), 'read again')
  t.match(poolOf('suspect'), [{ isolates: 1 }], 'with nothing beside it')
  await until(() => sandbox.stats().lanes.filter(({ mode }) => mode === 'serving').length === 3)
  t.match(await outcome, { hostCalls: 1, trace: { answers: [{ hostCall: 1 }] } })
})

t.test('a flood of one tenant leaves a lane free for the next', async (t) => {
  const { call } = await started(t, { lanes: 2 })
  const quiet = { tenant: 'quiet', input: 1 }
  await call('echo', quiet)
  const spin = { tenant: 'flood', input: 40, limits: { turnMs: 2000 }, deadlineMs: 30_000 }
  await call('spin', spin)
  let running = true
  const flood = Array.from({ length: 30 }, () => call('spin', spin))
  void Promise.all(flood).then(() => {
    running = false
  })
  for (let n = 0; n < 10; n++) t.equal(outputOf(await call('echo', quiet)), 1)
  t.ok(running, 'ten calls were answered while the flood went on')
  t.same([...new Set((await Promise.all(flood)).map(codeOf))], ['ok'])
})

t.test('a guest sleeps without asking the host; a replay does not wait', async (t) => {
  const sleeper = bundle(`async run(input, ctx) {
    const before = ctx.now()
    await ctx.services.call('x', 'y', null)
    return [before, ctx.now(), Math.random()]
  }`)
  const { sandbox } = await started(t, { lanes: 1 })
  const hostCall = async (): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return 'null'
  }
  const first = await sandbox.call(guestCall(sleeper, { hostCall }))
  const [before, after] = outputOf(first) as number[]
  t.ok((after as number) - (before as number) >= 19)
  const again = await sandbox.call(
    guestCall(sleeper, { replay: first.trace, tenant: 'replay', hostCall: async () => 'null' }),
  )
  t.same((outputOf(again) as number[]).slice(0, 2), [before, after], 'the same instants')
})

t.test(
  'a call that nobody waits for holds up none that somebody does, and strikes nobody',
  async (t) => {
    const { sandbox, call, events, poolOf } = await started(t, { lanes: 1 })
    await call('echo')
    const shared = poolOf('shared').map(({ pid }) => pid)
    const apart = (operation: string) =>
      sandbox.call({ ...guestCall(source, { operation, deadlineMs: 10_000, ...bad }), apart: true })
    for (let time = 0; time < 4; time++) {
      const stuckApart = apart('stuck')
      t.equal(outputOf(await call('echo', { ...bad, input: time })), time, 'answered meanwhile')
      t.equal(codeOf(await stuckApart), 'SBX_TURN_TIMEOUT')
    }
    t.same(
      poolOf('shared').map(({ pid }) => pid),
      shared,
    )
    t.same([poolOf('@bad'), events.filter(({ kind }) => kind === 'circuit-opened')], [[], []])
    t.equal(codeOf(await apart('echo')), 'ok')
  },
)
