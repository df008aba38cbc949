import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import t from 'tap'
import { attemptCall } from '../../src/broker/guest-attempt.ts'
import type { GuestPorts } from '../../src/broker/guest-ports.ts'
import { attemptStream } from '../../src/broker/stream-attempt.ts'
import { type EndedCall, WatchedCall } from '../../src/invocations/watched-call.ts'
import { InFlight } from '../../src/rollout/routing/in-flight.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { snapshot, version } from '../support/recorded-call.ts'

const operation = version.operations.get('test.one/run') as CompiledOperation
const call = {
  tenant: 'acme',
  principal: { kind: 'app', id: 'planner' },
  service: 'test.one',
  major: 1,
  operation: 'run',
  inputJson: '{}',
  input: {},
  traceId: '1'.repeat(32),
  requestId: 'r',
  deadline: 0,
  chain: [],
} as const

t.test('a call is recorded by the contracts it was routed by, not by what is left', async (t) => {
  let now = snapshot
  const kept: EndedCall[] = []
  const runGuest = async (): Promise<GuestOutcome> => {
    now = { ...emptySnapshot, versions: new Map() }
    return { kind: 'ok', outputJson: '{}', cpuMs: 1, hostCalls: 0 } as GuestOutcome
  }
  const ports = {
    snapshot: () => now,
    runGuest,
    inFlight: new InFlight(),
    invocations: {
      watch: (guest: GuestCall) => new WatchedCall(guest),
      ended: (ended: EndedCall) => void kept.push(ended),
    },
    now: () => 0,
  } as unknown as GuestPorts
  const trial = { version, arm: 'stable', deadlineMs: 100, accepted: operation, chain: [] } as const
  t.match(await attemptCall(ports, trial, call), { outcome: 'answered' })
  t.equal(kept[0]?.snapshot, snapshot)
})

t.test(
  'what was accepted as bytes is not answered with JSON, nor the other way round',
  async (t) => {
    const ports = { snapshot: () => snapshot, now: () => 0 } as unknown as GuestPorts
    const definition = {
      ...operation.definition,
      delivery: 'bytes',
      contentType: 'text/csv',
    } as const
    const accepted = { ...operation, definition }
    const trial = { version, arm: 'canary', deadlineMs: 100, accepted, chain: [] } as const
    const missing = { outcome: 'failed', trip: 'contract', result: { error: Error } } as const
    t.match(await attemptStream(ports, trial, call), missing)
    t.match(await attemptCall(ports, trial, call), missing)
  },
)
