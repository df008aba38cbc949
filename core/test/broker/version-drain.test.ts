import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import { VersionDrain } from '../../src/broker/version-drain.ts'
import { emptySnapshot, type Snapshot, tenantKey } from '../../src/rollout/routing/snapshot.ts'

const plugin = '@acme/orders'
const canary = { id: 'rol_1', from: '1.0.0', to: '1.1.0', step: 0 }
const cohort = { salt: 's', weightBp: 500, cohortBy: 'request' } as const
const during: Snapshot = {
  ...emptySnapshot,
  stable: new Map([[plugin, '1.0.0']]),
  rollouts: new Map([[plugin, { ...canary, cohort }]]),
}
const aborted: Snapshot = { ...during, rollouts: new Map() }
const promoted: Snapshot = { ...aborted, stable: new Map([[plugin, '1.1.0']]) }

/** A drain whose deadline passes when the test says so, and calls that end when it does. */
function opened(at: Snapshot) {
  let snapshot = at
  const due: (() => void)[] = []
  const drain = new VersionDrain({
    snapshot: () => snapshot,
    after: (_ms, run) => void due.push(run),
    drainMs: 50,
  })
  const begin = (version: string, more: Partial<GuestCall> = {}) => {
    const { promise, resolve } = Promise.withResolvers<GuestOutcome>()
    let call: GuestCall | undefined
    const isolate = { plugin, version, tenant: 'acme' }
    const over = drain.run(
      (given) => {
        call = given
        return promise
      },
      { ...more, isolate } as GuestCall,
    )
    const end = async () => {
      resolve({ kind: 'ok', outputJson: '1' } as GuestOutcome)
      await over
    }
    return { signal: () => call?.signal, end }
  }
  const swap = (after: Snapshot) => {
    drain.follow(snapshot, after)
    snapshot = after
  }
  const pass = () => {
    for (const run of due.splice(0)) run()
  }
  return { begin, swap, pass, due }
}

t.test(
  'a call of an aborted canary runs on until the drain is over, then it is cancelled',
  async (t) => {
    const { begin, swap, pass } = opened(during)
    const call = begin('1.1.0')
    swap(aborted)
    t.equal(call.signal()?.aborted, false, 'it finishes what it was given')
    pass()
    t.equal(call.signal()?.aborted, true)
    t.match(call.signal()?.reason, { code: 'CORE_VERSION_DRAINED', status: 503, retryAfterS: 1 })
    t.match(call.signal()?.reason.message, '@acme/orders@1.1.0')
  },
)

t.test('a promotion drains the version before, and leaves the new one alone', async (t) => {
  const { begin, swap, pass } = opened(during)
  const before = begin('1.0.0')
  const now = begin('1.1.0')
  swap(promoted)
  pass()
  t.equal(before.signal()?.aborted, true)
  t.equal(now.signal()?.aborted, false)
})

t.test('what ends in time costs no timer its call, and nothing is cancelled', async (t) => {
  const { begin, swap, pass } = opened(during)
  const call = begin('1.1.0')
  swap(aborted)
  await call.end()
  pass()
  t.equal(call.signal()?.aborted, false)
})

t.test('a version that comes back before the deadline keeps its calls', async (t) => {
  const { begin, swap, pass } = opened(during)
  const call = begin('1.1.0')
  swap(aborted)
  swap(during)
  pass()
  t.equal(call.signal()?.aborted, false)
})

t.test('a version that a tenant has pinned is in service', async (t) => {
  const { begin, swap, due } = opened(during)
  begin('1.1.0')
  const bindings = new Map([
    [tenantKey('acme', plugin), { binding: 'pinned', pinnedVersion: '1.1.0' } as const],
  ])
  swap({ ...aborted, bindings })
  t.equal(due.length, 0)
})

t.test('a version that is only tried out is not drained by what others do', async (t) => {
  const { begin, swap, due } = opened(during)
  begin('2.0.0')
  swap(aborted)
  t.equal(due.length, 0)
})

t.test("the caller's own signal is still looked at", async (t) => {
  const own = { aborted: false, reason: undefined as unknown }
  const { begin } = opened(during)
  const call = begin('1.1.0', { signal: own })
  own.aborted = true
  own.reason = 'left'
  t.match(call.signal(), { aborted: true, reason: 'left' })
})
