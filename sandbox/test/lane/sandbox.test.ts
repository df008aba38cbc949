import '../plain-spawn.ts'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type CodedError, defineErrors } from '@signalbox/sdk/errors'
import t from 'tap'
import { Sandbox, type SandboxEvent } from '../../src/index.ts'
import type { LaneFault } from '../../src/lane/lane-fault.ts'
import { bundle, codeOf, guestCall, outputOf } from '../guest-fixture.ts'
import { until } from '../until.ts'

const testErrors = defineErrors('TST', {
  AWAY: {
    status: 503,
    message: { en: 'The database is away', 'zh-CN': '数据库不可用' },
    cure: { en: 'Wait', 'zh-CN': '请等待' },
  },
  WRONG: {
    status: 422,
    message: { en: 'The statement is wrong', 'zh-CN': '语句错误' },
    cure: { en: 'Correct it', 'zh-CN': '请更正' },
  },
})

const source = bundle(
  `
  echo: (input) => input,
  context: (input, ctx) => ({
    tenant: ctx.tenant, principal: ctx.principal, arm: ctx.arm, traceId: ctx.traceId,
    deadline: ctx.deadline, config: ctx.config,
    clock: [ctx.now() === Date.now(), new Date().getTime() === ctx.now(), new Date(0).getTime()],
  }),
  async apart(input, ctx) {
    const { contributions, assets, now, meter, random, hash } = ctx
    const [{ call }] = await contributions('a.b/c/v1')
    await meter('page')
    await assets('a.txt').catch(() => undefined)
    return [await call('one', 7), now() === ctx.now(), random() < 1, hash('SHA-1', 'a').length]
  },
  async query(input, ctx) { return (await ctx.db.query('select $1', [input])).rows },
  async chain(input, ctx) {
    const first = await ctx.services.call('other.service', 'read', { n: 1 })
    const both = await Promise.all([
      ctx.services.call('other.service', 'read', { n: first }),
      ctx.services.call('other.service', 'read', { n: first + 1 }),
    ])
    return both
  },
  async caught(input, ctx) {
    try { await ctx.db.query('x') } catch (error) {
      return { code: error.code, message: error.message, isError: error instanceof Error, keys: Object.keys(error) }
    }
  },
  async uncaught(input, ctx) { await ctx.db.query('x') },
  async wait(input, ctx) { await ctx.db.query('x'); return 'done' },
  refuse() { throw new Refusal('HISTORY_TOO_SHORT', 'At least 12 values') },
  oddRefuse() { throw new Refusal('not a code', 'x') },
  pose() { throw Object.assign(new Error('No.'), { name: 'Refusal', code: 'CORE_UNAUTHORISED' }) },
  throws() { throw new Error('boom') },
  nothing() {},
  log(input, ctx) { ctx.log.info('one', { n: 1 }); console.warn('two', { a: [1] }); return null },
  async forgotten(input, ctx) { Promise.reject(new Error('nobody looks')); return 'fine' },
  count: (() => { let calls = 0; return () => ++calls })(),
  `,
  'selfTest(ctx) { if (ctx.principal.kind !== "app") throw new Error("no") }',
)

t.test('guests in lanes', async (t) => {
  const events: SandboxEvent[] = []
  const sandbox = await Sandbox.start({ lanes: 1, onEvent: (event) => events.push(event) })
  t.teardown(() => sandbox.stop())
  const call = (operation: string, fixture: Parameters<typeof guestCall>[1] = {}) =>
    sandbox.call(guestCall(source, { operation, ...fixture }))

  t.test('JSON in, JSON out', async (t) => {
    const input = { text: '预测 \u2028 \ud83d\ude00', list: [1, -0.5, null, true], deep: { a: {} } }
    const outcome = await call('echo', { input })
    t.same(outputOf(outcome), input)
    t.match(outcome, { hostCalls: 0, cpuMs: Number })
    t.equal(outputOf(await call('nothing')), null)
  })

  t.test('a handler gets its context, and a clock that stands still', async (t) => {
    const outcome = await call('context', {
      config: { a: [1] },
      principalId: 'app\n7',
      tenant: 'x',
    })
    t.match(outputOf(outcome), {
      tenant: 'x',
      principal: { kind: 'app', id: 'app\n7' },
      arm: 'stable',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      config: { a: [1] },
      clock: [true, true, 0],
    })
    const units = ['suzhou', 'line-1']
    const held = outputOf(await call('context', { principalId: 'usr\n"7', units }))
    t.match(held, { principal: { kind: 'app', id: 'usr\n"7', units }, arm: 'stable' })
  })

  t.test('what is taken out of the context works as it does in it', async (t) => {
    const asked: unknown[] = []
    const outcome = await call('apart', {
      hostCall: async (name, payload) => {
        asked.push([name, JSON.parse(payload)])
        return name === 'contributions.list' ? '[{"plugin":"@a/b","value":1}]' : '5'
      },
    })
    t.same(outputOf(outcome), [5, true, true, 40])
    t.same(asked.slice(0, 2), [
      ['contributions.list', { point: 'a.b/c/v1' }],
      ['meter', { unit: 'page', n: 1 }],
    ])
    t.same(asked.at(-1), [
      'contributions.call',
      { point: 'a.b/c/v1', plugin: '@a/b', handler: 'one', input: 7 },
    ])
  })

  t.test('host calls go out by name and come back as JSON', async (t) => {
    const asked: unknown[] = []
    const query = await call('query', {
      input: 7,
      hostCall: async (name, payload) => {
        asked.push([name, JSON.parse(payload)])
        return '{"rows":[{"n":7}],"rowCount":1}'
      },
    })
    t.same(outputOf(query), [{ n: 7 }])
    t.equal(query.hostCalls, 1)
    t.same(asked, [['db.query', { sql: 'select $1', parameters: [7] }]])
    const chain = await call('chain', {
      hostCall: async (_, payload) => String(JSON.parse(payload).input.n * 10),
    })
    t.same(outputOf(chain), [100, 110])
    t.equal(chain.hostCalls, 3)
  })

  t.test('a host error reaches the guest as code and message, without a stack', async (t) => {
    const away = () => Promise.reject(testErrors.create('AWAY'))
    t.same(outputOf(await call('caught', { hostCall: away })), {
      code: 'TST_AWAY',
      message: 'The database is away',
      isError: true,
      keys: [],
    })
    const unknown = await call('caught', {
      hostCall: () => Promise.reject(new Error(`secret of ${import.meta.url}`)),
    })
    t.match(outputOf(unknown), { code: 'SBX_HOST_CALL_FAILED', message: /^((?!secret).)*$/ })
  })

  t.test('a host error that a guest lets through stays what it was', async (t) => {
    const away = await call('uncaught', {
      hostCall: () => Promise.reject(testErrors.create('AWAY')),
    })
    t.match(away, { kind: 'failed', blame: 'host' })
    t.equal(codeOf(away), 'TST_AWAY')
    const wrong = await call('uncaught', {
      hostCall: () => Promise.reject(testErrors.create('WRONG')),
    })
    t.match(wrong, { kind: 'failed', blame: 'plugin' })
    t.equal(codeOf(wrong), 'TST_WRONG')
  })

  t.test('a refusal is no failure; anything else thrown is', async (t) => {
    t.match(await call('refuse'), {
      kind: 'refused',
      code: 'HISTORY_TOO_SHORT',
      message: 'At least 12 values',
    })
    t.equal(codeOf(await call('oddRefuse')), 'SBX_PLUGIN_THREW')
    t.equal(codeOf(await call('pose')), 'SBX_PLUGIN_THREW', "a code of the host's is not a guest's")
    const logs: unknown[] = []
    const thrown = await call('throws', { onLog: (...log) => logs.push(log) })
    t.match(thrown, { kind: 'failed', blame: 'plugin' })
    t.match(codeOf(thrown), 'SBX_PLUGIN_THREW')
    t.match(logs, [['error', 'The handler threw', { stack: /plugin\.js/ }]])
    t.notMatch(JSON.stringify(logs), /file:|\/sandbox\//, 'no path of the host')
    t.equal(codeOf(await call('absent')), 'SBX_HANDLER_MISSING')
    t.equal(codeOf(await call('toString')), 'SBX_HANDLER_MISSING', 'own handlers only')
  })

  t.test('a promise that a guest forgot costs neither answer nor isolate', async (t) => {
    t.equal(outputOf(await call('forgotten')), 'fine')
    t.equal(outputOf(await call('forgotten')), 'fine')
  })

  t.test('log lines come with their level and fields', async (t) => {
    const logs: unknown[] = []
    await call('log', { onLog: (...log) => logs.push(log) })
    t.same(logs, [
      ['info', 'one', { n: 1 }],
      ['warn', 'two {"a":[1]}', {}],
    ])
  })

  t.test('the self-test runs like a call', async (t) => {
    t.equal(codeOf(await call('', { isSelfTest: true })), 'ok')
    const without = guestCall(bundle(''), { isSelfTest: true })
    t.equal(codeOf(await sandbox.call(without)), 'SBX_HANDLER_MISSING')
  })

  t.test('tenants, versions and settings have isolates of their own', async (t) => {
    const count = async (fixture: Parameters<typeof guestCall>[1]) =>
      outputOf(await call('count', fixture))
    t.equal(await count({ tenant: 'count-1' }), 1)
    t.equal(await count({ tenant: 'count-1' }), 2)
    t.equal(await count({ tenant: 'count-2' }), 1)
    t.equal(await count({ tenant: 'count-1', version: '2.0.0' }), 1)
    t.equal(await count({ tenant: 'count-1', config: { other: 1 } }), 1)
    t.equal(await count({ tenant: 'count-1' }), 3)
    sandbox.drop('@test/guest', '1.0.0')
    t.equal(await count({ tenant: 'count-1' }), 1, 'dropped and loaded again')
    t.equal(await count({ tenant: 'count-1', version: '2.0.0' }), 2, 'other versions stay')
  })

  t.test('input over its limit never reaches a lane', async (t) => {
    const outcome = await call('echo', { input: 'x'.repeat(2000), limits: { payloadKb: 1 } })
    t.match(outcome, { blame: 'host' })
    t.equal(codeOf(outcome), 'SBX_INPUT_TOO_LARGE')
    t.match((outcome as { error: CodedError }).error.message, /2002.*1024/)
  })

  t.test('a bundle that is broken, slow or no plugin fails to load', async (t) => {
    const ends = [
      ['not javascript', 'SBX_LOAD_FAILED'],
      ['for(;;);', 'SBX_LOAD_TIMEOUT'],
      ['throw new Error("no")', 'SBX_LOAD_FAILED'],
      ['var x = 1', 'SBX_LOAD_FAILED'],
      // In large pieces: thousands of small ones are collected in vain first, for longer than loading may take.
      ['var all = []; for (;;) all.push(new Array(1e6).fill(1))', 'SBX_LOAD_MEMORY_EXCEEDED'],
    ] as const
    for (const [text, code] of ends) {
      const outcome = await sandbox.call(guestCall(text, { deadlineMs: 10_000 }))
      t.equal(codeOf(outcome), code, text)
      t.match(outcome, { blame: 'plugin' })
    }
    const away = { ...guestCall('1'), loadBundle: () => Promise.reject(new Error('away')) }
    const outcome = await sandbox.call(away)
    t.equal(codeOf(outcome), 'SBX_LOAD_FAILED')
    t.match(outcome, { blame: 'host' })
  })

  t.test(
    'the deadline answers the caller, cancels the host call and spares the isolate',
    async (t) => {
      await call('count', { tenant: 'deadline' })
      let signal: AbortSignal | undefined
      const outcome = await call('wait', {
        tenant: 'deadline',
        // By then the host was asked, however busy the machine.
        deadlineMs: 2000,
        hostCall: (_, __, given) => {
          signal = given
          return new Promise(() => undefined)
        },
      })
      t.equal(codeOf(outcome), 'SBX_DEADLINE_EXCEEDED')
      t.equal(signal?.aborted, true)
      t.equal(outputOf(await call('count', { tenant: 'deadline' })), 2, 'same isolate')
    },
  )

  t.test(
    'a lane has nothing of the host: no environment, lower priority, first to go',
    async (t) => {
      const pid = sandbox.stats().lanes[0]?.pid
      t.equal(readFileSync(`/proc/${pid}/environ`, 'utf8'), 'TZ=UTC\0')
      t.equal(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim(), '1000')
      t.equal(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[18], '10')
    },
  )

  t.test('the standby is up beside the lane', async (t) => {
    await until(() => sandbox.stats().lanes.filter(({ mode }) => mode === 'serving').length === 2)
    t.ok(true)
  })
  t.test('the process of the host has not loaded isolated-vm', async (t) => {
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    t.same(
      loaded.filter((path) => path.includes('isolated-vm')),
      [],
    )
  })

  t.test('nothing of this cost a lane', async (t) => {
    // One that a full machine kept still is lost to nobody; one that crashed, or grew too large, is lost to all of this.
    const isStall = ({ kind }: LaneFault) => kind === 'external' || kind === 'turn-timeout'
    t.same(
      events.filter(
        (one) => one.kind === 'lane-lost' && (one.culprit !== undefined || !isStall(one.fault)),
      ),
      [],
    )
  })
})
