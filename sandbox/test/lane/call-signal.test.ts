import '../plain-spawn.ts'
import t from 'tap'
import { sandboxErrors } from '../../src/sandbox-errors.ts'
import { bundle, codeOf, guestCall, outputOf } from '../guest-fixture.ts'
import { startedSandbox } from './started-sandbox.ts'

const source = bundle(`
  wait: async (input, ctx) => {
    const seen = []
    const listener = () => seen.push('listener')
    ctx.signal.addEventListener('abort', listener)
    ctx.signal.addEventListener('abort', listener)
    ctx.signal.addEventListener('abort', () => { throw new Error('ill-behaved') })
    ctx.signal.addEventListener('abort', { handleEvent: (event) => seen.push(event.type) })
    const removed = () => seen.push('removed')
    ctx.signal.addEventListener('abort', removed)
    ctx.signal.removeEventListener('abort', removed)
    ctx.signal.onabort = () => seen.push('onabort')
    try {
      await ctx.services.call('never', 'ends')
    } catch (error) {
      seen.push('rejected ' + error.code)
    }
    seen.push(ctx.signal.aborted, ctx.signal.reason.code, ctx.signal === ctx.signal)
    const next = await ctx.services.call('a', 'b').catch((error) => error.code)
    globalThis.seen = [...seen, next]
  },
  late: async (input, ctx) => {
    await ctx.services.call('never', 'ends').catch(() => undefined)
    let thrown
    try { ctx.signal.throwIfAborted() } catch (error) { thrown = error.code }
    globalThis.seen = [ctx.signal.aborted, thrown]
  },
  told: async (input, ctx) => {
    const seen = [await new Promise((resolve) => {
      ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason.code))
      ctx.services.call('go', 'on').then(() => ctx.signal)
    })]
    return [...seen, await ctx.services.call('a', 'b'), ctx.signal.aborted]
  },
  toldLate: async (input, ctx) => {
    await ctx.services.call('a', 'b')
    return ctx.signal.aborted
  },
  seen: () => globalThis.seen,
  calm: (input, ctx) => [ctx.signal.aborted, ctx.signal.reason === undefined],
`)
const { sandbox } = await startedSandbox(t, source, { lanes: 1 })

/** Begins a call that waits for the host. */
function begin(operation: string, deadlineMs = 10_000) {
  const asked = Promise.withResolvers<AbortSignal>()
  const cancel: { aborted: boolean; reason: unknown } = { aborted: false, reason: undefined }
  const outcome = sandbox.call({
    ...guestCall(source, { operation, deadlineMs }),
    hostCall: (_name, _json, signal) => {
      asked.resolve(signal)
      return new Promise(() => undefined)
    },
    signal: cancel,
  })
  return { asked: asked.promise, outcome, cancel }
}

/** What the last handler saw at its end, kept in its isolate: nobody hears the log of a call that is over. */
const seen = async () => outputOf(await sandbox.call(guestCall(source, { operation: 'seen' })))

const disabled = () => sandboxErrors.create('STOPPED', { plugin: 'p', version: '1.0.0' })

t.test(
  'listeners run before what the handler awaits ends, and all say the same code',
  async (t) => {
    const { asked, outcome, cancel } = begin('wait')
    const hostSide = await asked
    cancel.reason = disabled()
    cancel.aborted = true
    const ended = await outcome
    t.equal(codeOf(ended), 'SBX_STOPPED')
    t.match(ended, { blame: 'host' }, 'nothing is held against the version')
    t.equal(hostSide.aborted, true, 'what the host was doing for it ends')
    t.same(await seen(), [
      'onabort',
      'listener',
      'abort',
      'rejected SBX_STOPPED',
      true,
      'SBX_STOPPED',
      true,
      'SBX_STOPPED',
    ])
  },
)

t.test('the deadline aborts it too, and who asks afterwards sees it', async (t) => {
  // By then the host was asked, however busy the machine.
  const { outcome } = begin('late', 2000)
  t.equal(codeOf(await outcome), 'SBX_DEADLINE_EXCEEDED')
  t.same(await seen(), [true, 'SBX_DEADLINE_EXCEEDED'])
})

t.test('a call that is cancelled before it starts does not start', async (t) => {
  const signal = { aborted: true, reason: disabled() }
  const call = { ...guestCall(source, { operation: 'calm', deadlineMs: 10_000 }), signal }
  t.equal(codeOf(await sandbox.call(call)), 'SBX_STOPPED')
})

t.test('a call in peace has a signal that says nothing', async (t) => {
  const call = guestCall(source, { operation: 'calm', deadlineMs: 10_000 })
  t.same(outputOf(await sandbox.call(call)), [false, true])
})

t.test('a handler that is only told goes on, with all that it asks the host for', async (t) => {
  const left = { aborted: false, reason: disabled() }
  const signals: AbortSignal[] = []
  const outcome = sandbox.call({
    ...guestCall(source, { operation: 'told', deadlineMs: 10_000 }),
    left,
    hostCall: async (_name, _json, signal) => {
      signals.push(signal)
      left.aborted = true
      return '"answered"'
    },
  })
  t.same(outputOf(await outcome), ['SBX_STOPPED', 'answered', true])
  t.equal(signals.length, 2)
})

t.test('one that asks for its signal after it was told finds it aborted', async (t) => {
  const left = { aborted: false, reason: disabled() }
  const answer = Promise.withResolvers<string>()
  const outcome = sandbox.call({
    ...guestCall(source, { operation: 'toldLate', deadlineMs: 10_000 }),
    left,
    hostCall: () => {
      left.aborted = true
      setTimeout(() => answer.resolve('1'), 100)
      return answer.promise
    },
  })
  t.same(outputOf(await outcome), true)
})

t.test('one that nobody waits for any more before it begins does not begin', async (t) => {
  const left = { aborted: true, reason: disabled() }
  const call = { ...guestCall(source, { operation: 'calm', deadlineMs: 10_000 }), left }
  t.match(await sandbox.call(call), {
    kind: 'failed',
    error: { code: 'SBX_STOPPED' },
    blame: 'host',
  })
})

t.test('a cancelled call tells whatever it asked for why; one that is late does not', async (t) => {
  const { asked, outcome, cancel } = begin('wait')
  const hostSide = await asked
  cancel.reason = disabled()
  cancel.aborted = true
  await outcome
  t.match(hostSide.reason, { code: 'SBX_STOPPED' })
  const late = begin('wait', 2000)
  const signal = await late.asked
  await late.outcome
  t.equal(signal.aborted, true)
  t.match(signal.reason, { name: 'AbortError' })
})
