import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import { RunningCalls } from '../../src/broker/running-calls.ts'
import { emptySnapshot, type Snapshot, tenantKey } from '../../src/rollout/routing/snapshot.ts'

const callOf = (tenant: string, plugin: string) =>
  ({ isolate: { tenant, plugin } }) as unknown as GuestCall

function enabled(...pairs: readonly (readonly [string, string])[]): Snapshot {
  const on = { binding: 'enabled', pinnedVersion: null } as const
  return { ...emptySnapshot, bindings: new Map(pairs.map((pair) => [tenantKey(...pair), on])) }
}

t.test('a plugin that is disabled in a tenant ends its calls there, and only those', async (t) => {
  let snapshot = enabled(['acme', 'a'], ['acme', 'b'], ['globex', 'a'])
  const running = new RunningCalls(() => snapshot)
  const given: GuestCall[] = []
  const { promise, resolve } = Promise.withResolvers<GuestOutcome>()
  const runGuest = (call: GuestCall) => {
    given.push(call)
    return promise
  }
  const calls = [
    running.run(runGuest, callOf('acme', 'a')),
    running.run(runGuest, callOf('acme', 'a')),
    running.run(runGuest, callOf('globex', 'a')),
    running.run(runGuest, callOf('acme', 'b')),
  ]
  running.follow(snapshot)
  t.same(
    given.map(({ signal }) => signal?.aborted),
    [false, false, false, false],
  )
  snapshot = enabled(['acme', 'b'], ['globex', 'a'])
  running.follow(snapshot)
  t.same(
    given.map(({ signal }) => signal?.aborted),
    [true, true, false, false],
  )
  t.match(given[0]?.signal?.reason, { code: 'CORE_CALL_STOPPED' })
  void running.run(runGuest, callOf('acme', 'a'))
  const { signal } = given[4] as GuestCall
  t.match(signal, { aborted: true, reason: { code: 'CORE_PLUGIN_NOT_ENABLED' } }, 'too late')
  snapshot = enabled(['acme', 'a'])
  void running.run(runGuest, callOf('acme', 'a'))
  t.equal(given[5]?.signal?.aborted, false, 'enabled again, it begins anew')
  resolve({ kind: 'ok' } as GuestOutcome)
  await Promise.all(calls)
})

t.test(
  'a call that has a signal of its own ends by either, with the reason of that one',
  async (t) => {
    let snapshot = enabled(['acme', 'a'])
    const running = new RunningCalls(() => snapshot)
    const given: GuestCall[] = []
    const runGuest = async (call: GuestCall) => {
      given.push(call)
      return { kind: 'ok' } as GuestOutcome
    }
    const own = { aborted: false, reason: undefined as unknown }
    const ended = running.run(runGuest, { ...callOf('acme', 'a'), signal: own })
    const { signal } = given[0] as GuestCall
    t.equal(signal?.aborted, false)
    own.aborted = true
    own.reason = 'hung up'
    t.match(signal, { aborted: true, reason: 'hung up' })
    snapshot = emptySnapshot
    running.follow(snapshot)
    t.match(signal?.reason, { code: 'CORE_CALL_STOPPED' })
    await ended
  },
)
