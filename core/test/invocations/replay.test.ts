import '../../../sandbox/test/plain-spawn.ts'
import { type GuestCall, Sandbox } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import type { Recording } from '../../src/invocations/recording.ts'
import { runReplay } from '../../src/invocations/replay/run-replay.ts'
import { bundleOf, recordingOf } from '../support/recorded-call.ts'

const sandbox = await Sandbox.start({ lanes: 1 })
t.teardown(() => sandbox.stop())
const runGuest = (call: GuestCall) => sandbox.call(call)

const record = (handler: string, given: Omit<Parameters<typeof recordingOf>[1], 'bundle'> = {}) =>
  recordingOf(runGuest, { bundle: bundleOf(handler), ...given })

/** As the command does it: with a bundle that no lane has loaded yet. */
const replay = (recording: Recording, bundle: string) => {
  sandbox.drop(recording.isolate.plugin)
  return runReplay(runGuest, recording, bundle)
}

const row = { rows: [{ customer: 'Grace Hopper', amount: 7 }], rowCount: 1 }
const answers: GuestCall['hostCall'] = async (name) =>
  JSON.stringify(name === 'db.query' ? row : { rate: 0.5, contact: 'grace@example.com' })

t.test(
  'chance, clock, deadline and answers are what they were, and so is the outcome',
  async (t) => {
    const handler = `async ({ amount }, ctx) => {
    const before = [Math.random(), Date.now(), ctx.deadline, ctx.principal.id]
    const { rowCount } = await ctx.db.query('select 1', [amount])
    const { rate } = await ctx.services.call('test.one', 'ask', { code: 'x' })
    return { before, rowCount, rate, after: [Math.random(), Date.now()] }
  }`
    const recording = await record(handler, { input: { amount: 3 }, answer: answers })
    t.match(recording.outcome, { kind: 'answered', output: { rowCount: 1, rate: 0.5 } })
    const report = await replay(recording, bundleOf(handler))
    t.match(report, { verdict: 'same', difference: null, read: [] })
    t.same(report.replayed?.output, recording.outcome.output)
    t.same(report.hostCalls, { recorded: 2, replayed: 2 })
  },
)

t.test('a replay is given the version of a document that was picked', async (t) => {
  const handler = `async (input, ctx) => {
    const { version, pick } = await ctx.rollouts.pick({ kind: 'plan', id: 'P-7' })
    const { counted } = await ctx.rollouts.report({ kind: 'plan', pick, outcome: 'ok' })
    return { version, counted }
  }`
  const answer: GuestCall['hostCall'] = async (name) =>
    JSON.stringify(name === 'rollouts.pick' ? { version: '2', pick: 'a.b' } : { counted: true })
  const recording = await record(handler, { answer })
  t.same(recording.outcome.output, { version: '2', counted: true })
  const report = await replay(recording, bundleOf(handler))
  t.match(report, { verdict: 'same', hostCalls: { recorded: 2, replayed: 2 } })
})

t.test('answers arrive in the order in which they arrived then', async (t) => {
  const handler = `async (input, ctx) => {
    const order = []
    const ask = (n) => ctx.db.query('select ' + n).then(() => order.push(n))
    await Promise.all([ask(1), ask(2), ask(3)])
    return { order }
  }`
  const pending: (() => void)[] = []
  const backwards: GuestCall['hostCall'] = () =>
    new Promise((resolve) => {
      pending.unshift(() => resolve('null'))
      if (pending.length === 3) setImmediate(() => pending.map((answer) => answer()))
    })
  const recording = await record(handler, { answer: backwards })
  t.same(recording.outcome.output, { order: [3, 2, 1] })
  t.match(await replay(recording, bundleOf(handler)), { verdict: 'same' })
})

t.test('timers fire in the order in which they fired, without the waiting', async (t) => {
  // As the timers that `signalbox pack` links into a bundle.
  const bundle = `const seam = globalThis.__signalbox_guest
  ${bundleOf(`async (input, ctx) => {
    const order = []
    const wait = (ms) => seam.hostCall('sleep', { ms }).then(() => order.push(ms))
    const asked = ctx.db.query('x').then(() => order.push('answer'))
    await Promise.all([wait(60), wait(5), asked])
    return { order, at: Date.now() }
  }`)}`
  const recording = await recordingOf(runGuest, { bundle })
  t.same(recording.hostCalls, [
    { name: 'db.query', request: { sql: 'x', parameters: [] }, answer: null },
  ])
  t.match(await replay(recording, bundle), {
    verdict: 'same',
    replayed: recording.outcome,
    hostCalls: { recorded: 1, replayed: 1 },
  })
})

t.test('how a call ended is how it ends again', async (t) => {
  const refused = new CodedError(
    'CORE_SQL_FAILED',
    { status: 422, message: { en: 'no {what}', 'zh-CN': '' }, cure: { en: '', 'zh-CN': '' } },
    { what: 'table' },
    {},
  )
  const never: GuestCall['hostCall'] = () => new Promise(() => undefined)
  const query = "(input, ctx) => ctx.db.query('x')"
  const cases: readonly { code: string; handler: string; given?: object }[] = [
    { code: 'SBX_PLUGIN_THREW', handler: '() => { throw Error(Date.now() + Math.random()) }' },
    {
      code: 'FULL',
      handler: "() => { throw Object.assign(Error('x'), { name: 'Refusal', code: 'FULL' }) }",
    },
    {
      code: 'SBX_DEADLINE_EXCEEDED',
      handler: '() => new Promise(() => 0)',
      given: { deadlineMs: 600 },
    },
    { code: 'SBX_DEADLINE_EXCEEDED', handler: query, given: { answer: never, deadlineMs: 600 } },
    { code: 'SBX_TURN_TIMEOUT', handler: '() => { for (;;); }' },
    { code: 'CORE_SQL_FAILED', handler: query, given: { answer: () => Promise.reject(refused) } },
    {
      code: 'SBX_HOST_CALL_FAILED',
      handler: query,
      given: { answer: () => Promise.reject(new Error('a trouble of the host')) },
    },
    {
      code: 'SBX_PLUGIN_THREW',
      handler: `(input, ctx) => ctx.db.query('x').catch((error) => {
        throw Error(error.code + error.message)
      })`,
      given: { answer: () => Promise.reject(refused) },
    },
  ]
  for (const { code, handler, given } of cases) {
    const recording = await record(handler, given)
    t.equal(recording.outcome.code, code, handler)
    const report = await replay(recording, bundleOf(handler))
    t.match(report, { verdict: 'same', replayed: { code } }, `${code} ${handler}`)
  }
})

t.test(
  'what a redacted field decided is named, with every other that was read before',
  async (t) => {
    const handler = `async ({ customer, amount }, ctx) => {
    if (customer.startsWith('Grace')) throw new Error('not for ' + customer)
    return { amount }
  }`
    const recording = await record(handler, { input: { customer: 'Grace Hopper', amount: 3 } })
    t.notMatch(JSON.stringify(recording), /Grace|Hopper/)
    t.equal(recording.outcome.message?.endsWith('failed: not for ⟦redacted string 1⟧'), true)
    const report = await replay(recording, bundleOf(handler))
    t.match(report, {
      verdict: 'redacted-read',
      read: [{ in: 'input', pointer: '/customer' }],
      difference: { in: 'outcome', recorded: 'SBX_PLUGIN_THREW', replayed: 'answered' },
    })
  },
)

t.test('a redacted field is followed through answers, settings and texts', async (t) => {
  const decides: readonly (readonly [string, string, string])[] = [
    ['answer 1 (db.query)', '/rows/0/customer', `rows[0].customer === 'Grace Hopper'`],
    ['answer 2 (services.call)', '/contact', `asked.contact.includes('@')`],
    ['config', '/api-key', `ctx.config['api-key'].length === 9`],
  ]
  for (const [place, pointer, condition] of decides) {
    const handler = `async (input, ctx) => {
      const { rows } = await ctx.db.query('select')
      const asked = await ctx.services.call('test.one', 'ask', { code: 'y' })
      if (${condition}) throw new Error('so it is')
      return {}
    }`
    const config = { 'api-key': 'sesame-42' }
    const recording = await record(handler, { config, answer: answers })
    t.equal(recording.outcome.code, 'SBX_PLUGIN_THREW')
    t.notMatch(JSON.stringify(recording), /Grace|grace@|sesame/)
    const report = await replay(recording, bundleOf(handler))
    t.match(report, { verdict: 'redacted-read', read: [{ in: place, pointer }] }, condition)
    t.equal(report.read.length, 1, 'no field that was not read is named')
  }
})

t.test('redacted values that only pass through change nothing', async (t) => {
  const handler = `async (input, ctx) => {
    ctx.log.info('for ' + input.customer, input)
    const { rows } = await ctx.db.query('select $1', [input.customer])
    if (rows[0].customer !== input.customer) throw new Error('another customer')
    return { ...input, at: Date.now() }
  }`
  const input = { customer: 'Grace Hopper', amount: 3 }
  const recording = await record(handler, { input, answer: answers })
  t.equal(recording.outcome.kind, 'answered')
  t.notMatch(JSON.stringify(recording), /Grace/)
  const report = await replay(recording, bundleOf(handler))
  t.match(report, { verdict: 'same', difference: null })
  t.match(report.logs, [{ level: 'info', message: 'for ⟦redacted string 1⟧' }])
})

t.test(
  'another bundle on the recording is told apart, at the first host call that differs',
  async (t) => {
    const handler = (sql: string, end: string) =>
      `async (input, ctx) => { await ctx.db.query('${sql}', [1]); ${end} }`
    const failing = handler('select 1', `throw new Error('broken')`)
    const recording = await record(failing, { answer: answers })
    const mended = bundleOf(handler('select 1', 'return { ok: true }'))
    t.match(await replay(recording, mended), {
      verdict: 'different',
      replayed: { kind: 'answered', output: { ok: true } },
      difference: { in: 'outcome', recorded: 'SBX_PLUGIN_THREW', replayed: 'answered' },
    })
    const asking = bundleOf(handler('select 2', 'return {}'))
    t.match(await replay(recording, asking), {
      verdict: 'different',
      replayed: null,
      difference: {
        in: 'host call 1 (db.query)',
        pointer: '/sql',
        recorded: 'select 1',
        replayed: 'select 2',
      },
    })
    const silent = bundleOf(`() => { throw new Error('broken') }`)
    t.match(await replay(recording, silent), {
      verdict: 'different',
      difference: { in: 'host call 1 (db.query)' },
    })
    const lonely = bundleOf(
      `(input, ctx) => ctx.db.query('select 1', [1]).then(() => ctx.db.query('more'))`,
    )
    t.match(await replay(recording, lonely), {
      replayed: null,
      difference: { in: 'host call 2', replayed: 'db.query' },
    })
  },
)

t.test('variables that earlier calls left behind are not in a replay', async (t) => {
  const handler = `(() => { let calls = 0; return () => ({ calls: ++calls }) })()`
  const bundle = bundleOf(handler)
  await recordingOf(runGuest, { bundle })
  const recording = await recordingOf(runGuest, { bundle })
  t.same(recording.outcome.output, { calls: 2 })
  for (const _ of [1, 2]) {
    t.match(await runReplay(runGuest, recording, bundle), {
      verdict: 'different',
      replayed: { output: { calls: 1 } },
    })
  }
})
