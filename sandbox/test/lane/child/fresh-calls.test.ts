import '../../plain-spawn.ts'
import t from 'tap'
import { type CallTrace, Sandbox, type SandboxEvent } from '../../../src/index.ts'
import { bundle, codeOf, type GuestFixture, guestCall, outputOf } from '../../guest-fixture.ts'

/** What a call can leave behind, one handler for each way; `seen` tells what is there. */
const source = `var leaked = 0; const drawn = [Math.random(), Math.random()];${bundle(`
  leave(input) {
    leaked++
    globalThis.stray = 1
    Array.prototype.stray = 1
    Object.prototype.toString = () => 'taken'
    JSON.stringify = () => '"taken"'
    Promise.prototype.then = () => { throw new Error('taken') }
    if (input === 'throw') throw new Error('on the way out')
    if (input === 'reject') Promise.reject(new Error('on the way out'))
    if (input === 'loop') for (;;);
    return 'left'
  },
  async seen(input, ctx) {
    const before = leaked
    if (input !== null) leaked = input
    await ctx.db.query('x')
    return [before, leaked, typeof stray, typeof [].stray, {} + '', JSON.stringify({ a: 1 })]
  },
  draw: () => [drawn, Math.random()],
  hold(input) { globalThis.held = Array(input * 131072).fill(1.5); return held.length },
`)}`

const untouched = [0, 0, 'undefined', 'undefined', '[object Object]', '{"a":1}']

t.test('calls that have globals of their own', async (t) => {
  const events: SandboxEvent[] = []
  const sandbox = await Sandbox.start({ lanes: 1, onEvent: (event) => events.push(event) })
  t.teardown(() => sandbox.stop())
  const call = (operation: string, fixture: GuestFixture = {}) =>
    sandbox.call(
      // Wide limits: the machine may have other things to do.
      guestCall(source, {
        operation,
        state: 'fresh',
        limits: { turnMs: 500 },
        deadlineMs: 10_000,
        ...fixture,
      }),
    )

  t.test('nothing a call leaves in variables and built-ins is there for the next', async (t) => {
    const ends = [
      [null, 'ok'],
      ['throw', 'SBX_PLUGIN_THREW'],
      ['reject', 'ok'],
    ] as const
    for (const [input, code] of ends) {
      t.equal(codeOf(await call('leave', { input })), code, `${input}`)
      t.same(outputOf(await call('seen')), untouched, `after ${input}`)
    }
    t.same(events, [], 'all in one isolate')
    const kept = { state: 'kept', tenant: 'keeps' } as const
    await call('leave', { ...kept, input: 'throw' })
    t.match(outputOf(await call('draw', kept)), [[], Number], 'an isolate that keeps lives on')
  })

  t.test('calls that wait at the same time have each their own', async (t) => {
    const asked: (() => void)[] = []
    const allAsked = Promise.withResolvers<void>()
    const hostCall = () =>
      new Promise<string>((resolve) => {
        asked.push(() => resolve('{"rows":[]}'))
        if (asked.length === 4) allAsked.resolve()
      })
    const calls = [1, 2, 3, 4].map((input) => call('seen', { input, hostCall }))
    await allAsked.promise
    t.equal(outputOf(await call('leave')), 'left', 'and one that spoils its own meanwhile')
    for (const answer of asked.reverse()) answer()
    const seen = (await Promise.all(calls)).map(outputOf)
    t.same(
      seen,
      [1, 2, 3, 4].map((n) => [0, n, ...untouched.slice(2)]),
    )
  })

  t.test('a limit costs the isolate, and what waits beside it runs again', async (t) => {
    let asked = 0
    const waiting = call('seen', {
      input: 7,
      hasEffect: () => false,
      hostCall: () => (++asked === 1 ? new Promise(() => undefined) : Promise.resolve('{}')),
    })
    await call('seen')
    t.equal(codeOf(await call('leave', { input: 'loop' })), 'SBX_TURN_TIMEOUT')
    t.same(outputOf(await waiting), [0, 7, ...untouched.slice(2)])
    t.equal(asked, 2)
    t.match(events.splice(0), [{ kind: 'isolate-dropped', culprit: { code: 'SBX_TURN_TIMEOUT' } }])
    t.same(outputOf(await call('seen')), untouched)
  })

  t.test('a replay draws what was drawn, while the module loads too', async (t) => {
    const traced = async (state: 'fresh' | 'kept', replay?: CallTrace) => {
      const fixture = { state, ...(replay === undefined ? {} : { replay }) }
      const outcome = await call('draw', fixture)
      return { drawn: outputOf(outcome), trace: outcome.trace }
    }
    for (const state of ['fresh', 'kept'] as const) {
      await traced(state)
      const first = await traced(state)
      const again = await traced('fresh', first.trace)
      t.same(again.drawn, first.drawn, state)
      t.notSame((await traced(state)).drawn, first.drawn, 'and another call draws others')
    }
  })

  t.test('what ended calls held is free for those that follow', async (t) => {
    // 120 calls hold 1 MiB each in a heap of 16.
    const fixture = { input: 1, tenant: 'many', limits: { heapMb: 16, turnMs: 1000 } }
    let peakHeapMb = 0
    for (let round = 0; round < 12; round++) {
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => call('hold', fixture)))
      t.same(new Set(outcomes.map(outputOf)), new Set([131_072]))
      peakHeapMb = outcomes.at(-1)?.peakHeapMb ?? 0
    }
    t.ok(peakHeapMb > 1 && peakHeapMb <= 16, `${peakHeapMb}`)
    t.same(events, [], 'the isolate was never thrown away')
  })
})
